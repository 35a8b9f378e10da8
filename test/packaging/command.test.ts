import { mkdtempSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import packageJson from '../../package.json' with { type: 'json' };
import { buildCommand } from '../../packaging/command.ts';
import { bundledPackages, licencePage } from '../../packaging/licences.ts';

const folder = mkdtempSync(join(tmpdir(), 'activity-dist-'));
let built: readonly Metafile[];

beforeAll(async () => {
  built = await buildCommand(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the built command', () => {
  it('loads of other packages exactly those that it is installed with', () => {
    const outside = built.flatMap(({ outputs }) =>
      Object.values(outputs).flatMap(({ imports }) =>
        imports.map(({ path }) => path).filter((path) => !path.startsWith('./')),
      ),
    );
    const loaded = new Set(outside.filter((name) => !isBuiltin(name)));
    expect([...loaded].sort()).toEqual(Object.keys(packageJson.dependencies).sort());
  });

  it('holds nothing of the tests, and of the CDK nothing', () => {
    const files = built.flatMap(({ inputs }) => Object.keys(inputs));
    expect(files.filter((file) => /^(test|bench|infra)\/|aws-cdk/.test(file))).toEqual([]);
  });
});

describe('the licences of what is bundled', () => {
  it('stand in one page, each with its text', () => {
    const packages = bundledPackages(built);
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['@aws-sdk/client-s3', 'commander', 'd3-shape', 'valibot']),
    );
    const page = licencePage(packages);
    for (const { name, version, text } of packages) {
      expect(page).toContain(`${name} ${version}`);
      expect(page).toContain(text ?? 'Apache License');
    }
  });

  it('are refused when a text is missing that can be had from nowhere else', () => {
    const silent = { name: 'silent', version: '1.0.0', licence: 'MIT', text: null };
    expect(() => licencePage([silent])).toThrow('silent (MIT)');
  });
});
