import type { CfnTable } from 'aws-cdk-lib/aws-glue';
import { SettingsError } from '../shared/errors.ts';
import type { ColumnType, View } from '../shared/views/view.ts';

/** What Athena's engine calls the types that Glue calls as we do. */
const ENGINE_TYPES: Readonly<Record<ColumnType, string>> = {
  string: 'varchar',
  timestamp: 'timestamp(3)',
  date: 'date',
  int: 'integer',
  bigint: 'bigint',
  double: 'double',
  boolean: 'boolean',
};

/** Glue keeps no longer `ViewOriginalText`. */
const LONGEST_BYTES = 409_600;

/**
 * A view as Athena writes its own into Glue: the query and its columns as JSON, in base64.
 *
 * It has no description: engines take that for the table's comment, and tell a view by the comment `Presto View`.
 *
 * @param database no token: nothing resolves it within base64
 * @throws SettingsError when the text is longer than Glue keeps: a generated view grows with the accounts
 */
export function athenaView(
  { name, columns }: View,
  sql: string,
  database: string,
): CfnTable.TableInputProperty {
  const definition = {
    originalSql: sql,
    catalog: 'awsdatacatalog',
    schema: database,
    columns: columns.map((column) => ({ name: column.name, type: ENGINE_TYPES[column.type] })),
  };
  const text = `/* Presto View: ${Buffer.from(JSON.stringify(definition)).toString('base64')} */`;
  if (text.length > LONGEST_BYTES) {
    throw new SettingsError(
      `The view ${name} of all accounts together has ${text.length} bytes, and Glue keeps ${LONGEST_BYTES}.`,
      'Shorten activityGroups, or deploy new accounts as a stack of another name.',
    );
  }
  return {
    name,
    tableType: 'VIRTUAL_VIEW',
    viewOriginalText: text,
    viewExpandedText: '/* Presto View */',
    parameters: { presto_view: 'true', comment: 'Presto View' },
    // Athena needs both to be there, though there is nothing in them.
    partitionKeys: [],
    storageDescriptor: {
      columns: columns.map(({ name, type, meaning, whenNull }) => ({
        name,
        type,
        comment: whenNull === null ? meaning : `${meaning} Null: ${whenNull}`,
      })),
      serdeInfo: {},
    },
  };
}
