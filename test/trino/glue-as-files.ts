import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * The tables and views of a synthesised template, as they would stand in Glue, in Trino's metastore of files.
 *
 *     npx tsx test/trino/glue-as-files.ts TEMPLATE BUCKET FOLDER VERSION
 */
const [templateFile = '', bucket = '', folder = '', writerVersion = ''] = process.argv.slice(2);
const DATABASE = 'agent_activity_lake';

interface GlueColumn {
  readonly Name: string;
  readonly Type: string;
  readonly Comment?: string;
}

interface GlueTable {
  readonly Name: string;
  readonly TableType: string;
  readonly Description?: string;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly PartitionKeys?: readonly GlueColumn[];
  readonly ViewOriginalText?: unknown;
  readonly StorageDescriptor: {
    readonly Columns: readonly GlueColumn[];
    readonly Location?: unknown;
    readonly InputFormat?: string;
    readonly OutputFormat?: string;
    readonly SerdeInfo?: {
      readonly SerializationLibrary: string;
      readonly Parameters?: Readonly<Record<string, unknown>>;
    };
  };
}

/** A value of the template; what it refers to can only be the bucket or the database. */
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const { Ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (join !== undefined) return join[1].map(textOf).join(join[0]);
  return Ref?.includes('Database') ? DATABASE : bucket;
}

function textsOf(values: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]));
}

function columnsOf(columns: readonly GlueColumn[] = []) {
  return columns.map(({ Name, Type, Comment }) => ({
    ...{ name: Name, type: Type, comment: Comment, properties: {} },
  }));
}

function schemaOf(table: GlueTable) {
  const { SerdeInfo, InputFormat, OutputFormat, Location, Columns } = table.StorageDescriptor;
  const serde = SerdeInfo?.SerializationLibrary;
  const isView = table.TableType === 'VIRTUAL_VIEW';
  return {
    ...{ writerVersion, owner: 'lake', tableType: table.TableType },
    dataColumns: columnsOf(Columns),
    partitionColumns: columnsOf(table.PartitionKeys),
    parameters: {
      ...textsOf(table.Parameters),
      ...(!isView && { EXTERNAL: 'TRUE', comment: table.Description }),
    },
    serdeParameters: textsOf(SerdeInfo?.Parameters),
    columnStatistics: {},
    ...(isView
      ? {
          originalStorageFormat: {},
          viewOriginalText: textOf(table.ViewOriginalText),
          viewExpandedText: '/* Presto View */',
        }
      : {
          originalStorageFormat: { serde, inputFormat: InputFormat, outputFormat: OutputFormat },
          externalLocation: textOf(Location),
        }),
  };
}

const { Resources } = JSON.parse(readFileSync(templateFile, 'utf8'));
mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, `.${DATABASE}.trinoSchema`),
  JSON.stringify({
    ...{ writerVersion, ownerName: 'lake', ownerType: 'USER', parameters: {} },
  }),
);
for (const { Type, Properties } of Object.values<{ Type: string; Properties: never }>(Resources)) {
  if (Type !== 'AWS::Glue::Table') continue;
  const { TableInput } = Properties as { TableInput: GlueTable };
  const file = join(folder, DATABASE, TableInput.Name, '.trinoSchema');
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, JSON.stringify(schemaOf(TableInput)));
}
