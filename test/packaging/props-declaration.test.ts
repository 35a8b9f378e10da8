import { lakeSchema } from '../../infra/settings.ts';
import { type AnySchema, propsDeclaration } from '../../packaging/props-declaration.ts';

const schema = lakeSchema as unknown as AnySchema;

describe('the type of what a lake can be told', () => {
  it('has every setting, optional where it has a default, which is named', () => {
    const text = propsDeclaration(schema);
    for (const [name, { type, default: absent }] of Object.entries(schema.entries ?? {})) {
      const optional = type === 'optional' ? '?' : '';
      expect(text).toContain(`\n    readonly ${name}${optional}: `);
      if (absent !== undefined) expect(text).toContain(`/** @default ${JSON.stringify(absent)} */`);
    }
    expect(text).toContain('readonly encryption?: "s3" | "kms"');
    expect(text).toContain('        readonly host: string;');
  });

  it('is refused for a kind of setting that it can not write', () => {
    const odd = { type: 'object', entries: { odd: { type: 'map' } } };
    expect(() => propsDeclaration(odd)).toThrow('map');
  });
});
