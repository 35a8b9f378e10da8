import { readFileSync } from 'node:fs';
import { parquetMetadata, type SchemaElement } from 'hyparquet';
import { writeBlock } from '../../../shared/lake/block-format.ts';
import { dayColumn, type Table } from '../../../shared/lake/table.ts';
import { tables } from '../../../shared/lake/tables.ts';
import { type Deployment, resolved, resources, synthesized } from '../deployment.ts';

interface Named {
  readonly name: string;
  readonly type: string;
}

interface GlueTable {
  readonly Name: string;
  readonly PartitionKeys: readonly GlueColumn[];
  readonly StorageDescriptor: {
    readonly Columns: readonly GlueColumn[];
    readonly InputFormat: string;
    readonly OutputFormat: string;
    readonly SerdeInfo: { readonly SerializationLibrary: string };
  };
}

interface GlueColumn {
  readonly Name: string;
  readonly Type: string;
}

let deployment: Deployment;

beforeAll(() => {
  deployment = synthesized();
});

function glueTable(name: string): GlueTable {
  const inputs = resources(deployment, 'AWS::Glue::Table').map(([, { Properties }]) =>
    resolved<GlueTable>(Properties.TableInput),
  );
  return inputs.find(({ Name }) => Name === name) as GlueTable;
}

const inGlue = (columns: readonly GlueColumn[]): Named[] =>
  columns.map(({ Name, Type }) => ({ name: Name, type: Type }));

/** What Athena reads a column of the file as. */
function hiveType({ type, converted_type }: SchemaElement): string {
  const types: Record<string, string> = {
    'BYTE_ARRAY UTF8': 'string',
    'INT64 TIMESTAMP_MILLIS': 'timestamp',
    'INT32 undefined': 'int',
    'INT32 INT_32': 'int',
    'INT64 undefined': 'bigint',
    'BOOLEAN undefined': 'boolean',
  };
  return types[`${type} ${converted_type}`] ?? `${type} ${converted_type}`;
}

function inParquet(table: Table): Named[] {
  const samples = {
    string: 'x',
    timestamp: 1_767_225_600_000,
    int: 1,
    bigint: 1,
    boolean: true,
  } as const;
  const row = Object.fromEntries(table.columns.map(({ name, type }) => [name, samples[type]]));
  const bytes = writeBlock(table, [row]);
  const { schema } = parquetMetadata(new Uint8Array(bytes).buffer);
  return schema.slice(1).map((column) => ({ name: column.name, type: hiveType(column) }));
}

function inDocumentation({ name }: Table): Named[] {
  const page = readFileSync('docs/tables.md', 'utf8');
  const section = page.split(/^## /m).find((text) => text.startsWith(`${name}\n`)) ?? '';
  return [...section.matchAll(/^\| `(\w+)` \| (\w+) \|/gm)].map(([, name = '', type = '']) => ({
    name,
    type,
  }));
}

describe.each(tables.map((table) => [table.name, table] as const))(
  'the table %s',
  (name, table) => {
    it('has the same columns in Glue, in the files and in the documentation', () => {
      const { StorageDescriptor, PartitionKeys } = glueTable(name);
      const columns = inGlue(StorageDescriptor.Columns);
      expect(columns).toHaveLength(table.columns.length);
      expect(inParquet(table)).toEqual(columns);
      expect(inDocumentation(table)).toEqual([...inGlue(PartitionKeys), ...columns]);
    });

    it('is partitioned by account, and by day if it has days', () => {
      expect(inGlue(glueTable(name).PartitionKeys)).toEqual([
        { name: 'account_id', type: 'string' },
        ...[dayColumn(table)]
          .flatMap((day) => day ?? [])
          .map(({ name }) => ({ name, type: 'date' })),
      ]);
    });

    it('is read as the Parquet files that the objects in its folders name', () => {
      const { InputFormat, OutputFormat, SerdeInfo } = glueTable(name).StorageDescriptor;
      expect([InputFormat, OutputFormat, SerdeInfo.SerializationLibrary]).toEqual([
        'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat',
        'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
      ]);
    });
  },
);
