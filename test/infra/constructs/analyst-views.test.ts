import { readFileSync } from 'node:fs';
import { GROUPS } from '../../../shared/activity/activity-groups.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { accountOffsets } from '../../../shared/views/account-offsets.ts';
import { activityGroups } from '../../../shared/views/activity-groups.ts';
import { schedule } from '../../../shared/views/schedule.ts';
import { views } from '../../../shared/views/views.ts';
import { accounts, ids, lakeBucket, resolved, resources, synthesized } from '../deployment.ts';

interface Column {
  readonly Name: string;
  readonly Type: string;
  readonly Comment: string;
}

interface TableInput {
  readonly Name: string;
  readonly TableType: string;
  readonly ViewOriginalText: string;
  readonly Parameters: Readonly<Record<string, string>>;
  readonly StorageDescriptor: { readonly Columns: readonly Column[]; readonly Location?: string };
}

/** What the engine finds in a view. */
interface Definition {
  readonly originalSql: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

const told = [
  { ...accounts[0], reportTimeZone: 'America/New_York' },
  accounts[1],
  {
    ...accounts[2],
    reportTimeZone: 'Asia/Kathmandu',
    activityGroups: [
      { activity: 'Pause café', reasonCode: '3', group: 'break', label: "l'expresso" },
    ],
  },
];

const deployment = synthesized({ accounts: told, name: 'lake-of-tests' });
const inputs = new Map(
  resources(deployment, 'AWS::Glue::Table').map(([, { Properties }]) => {
    const input = resolved<TableInput>(Properties.TableInput);
    return [input.Name, input] as const;
  }),
);

function definitionOf(name: string): Definition {
  const text = inputs.get(name)?.ViewOriginalText ?? '';
  const [, base64 = ''] = /^\/\* Presto View: ([A-Za-z0-9+/]+=*) \*\/$/.exec(text) ?? [];
  return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
}

const generated = [activityGroups, accountOffsets];
const all = [...generated, schedule, ...views];

describe.each(all.map((view) => [view.name, view] as const))('the view %s', (name, view) => {
  it('is what the engines know as a view', () => {
    const { StorageDescriptor, ViewOriginalText, ...input } = inputs.get(name) as TableInput;
    // No description: engines take it for the comment, and know no view by it.
    expect(input).toEqual({
      Name: name,
      TableType: 'VIRTUAL_VIEW',
      ViewExpandedText: '/* Presto View */',
      Parameters: { presto_view: 'true', comment: 'Presto View' },
      PartitionKeys: [],
    });
    expect(StorageDescriptor).toEqual({ Columns: StorageDescriptor.Columns, SerdeInfo: {} });
    expect(definitionOf(name)).toMatchObject({
      catalog: 'awsdatacatalog',
      schema: 'lake_of_tests',
    });
  });

  it('has the columns that are written of it, for Glue and for the engine, with what they mean', () => {
    const engine: Record<string, string> = { string: 'varchar', int: 'integer' };
    expect(definitionOf(name).columns).toEqual(
      view.columns.map((column) => ({
        name: column.name,
        type: column.type === 'timestamp' ? 'timestamp(3)' : (engine[column.type] ?? column.type),
      })),
    );
    const columns = inputs.get(name)?.StorageDescriptor.Columns ?? [];
    expect(columns.map((column) => [column.Name, column.Type])).toEqual(
      view.columns.map((column) => [column.name, column.type]),
    );
    for (const [index, { Comment }] of columns.entries()) {
      const { meaning, whenNull } = view.columns[index] as (typeof view.columns)[number];
      expect(Comment).toContain(meaning);
      if (whenNull !== null) expect(Comment).toContain(whenNull);
      // Glue keeps no longer one.
      expect(Buffer.byteLength(Comment)).toBeLessThanOrEqual(255);
    }
  });
});

describe('the text of the views', () => {
  it.each([schedule, ...views].map(({ name }) => [name]))('%s is that of sql/views', (name) => {
    const file = readFileSync(`sql/views/${name}.sql`, 'utf8');
    expect(definitionOf(name).originalSql).toBe(file.trim());
  });

  it('holds the groups and the clocks of every account, of disabled ones too, each as it is set', () => {
    const [groups, offsets] = generated.map(({ name }) => definitionOf(name).originalSql);
    // By the number of a list: those of the first two accounts are alike.
    const owners = (sql: string | undefined) =>
      Object.fromEntries(
        [...(sql ?? '').matchAll(/^ {2}\('([\w-]+)', (\d)\)/gm)].map(([, id, list]) => [id, list]),
      );
    expect(owners(groups)).toEqual({ [ids[0]]: '1', [ids[1]]: '1', [ids[2]]: '2' });
    for (const list of [1, 2]) {
      expect(groups).toContain(`(${list}, 'available', NULL, 'available', NULL)`);
    }
    expect(groups).toContain("(2, 'pause café', '3', 'break', 'l''expresso')");
    expect(groups).not.toContain("(1, 'pause café'");
    expect(owners(offsets)).toEqual({ [ids[0]]: '1', [ids[1]]: '2', [ids[2]]: '3' });
    expect(offsets).toContain(
      "(3, TIMESTAMP '1970-01-01 00:00:00', TIMESTAMP '9999-01-01 00:00:00', 345)",
    );
    expect(offsets).toContain(
      "(1, TIMESTAMP '2026-03-08 07:00:00', TIMESTAMP '2026-11-01 06:00:00', -240)",
    );
    expect(offsets?.match(/^ {2}\(2, /gm)).toHaveLength(1);
  });

  it('is refused when Glue could not keep it, and not cut', () => {
    const activityGroups = Array.from({ length: 2_000 }, (_, index) => ({
      ...{ activity: `${'status '.repeat(20)}${index}`, group: GROUPS[index % GROUPS.length] },
    }));
    const tooMuch = { accounts: [{ ...accounts[0], activityGroups }] };
    expect(() => synthesized(tooMuch)).toThrow(SettingsError);
    expect(() => synthesized(tooMuch)).toThrow(
      /activity_groups of all accounts together has \d{6} bytes, and Glue keeps 409600/,
    );
  });
});

describe('the table schedule_files', () => {
  it('is the lines of what lies in schedules/, all of it text, without the line of names', () => {
    const [lakeId] = lakeBucket(deployment);
    const { StorageDescriptor, Parameters, ...input } = inputs.get('schedule_files') as TableInput;
    expect(input).toMatchObject({ TableType: 'EXTERNAL_TABLE', PartitionKeys: [] });
    expect(Parameters).toMatchObject({ 'skip.header.line.count': '1' });
    expect(StorageDescriptor).toMatchObject({
      Location: `s3://${lakeId}/schedules/`,
      InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
      SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.serde2.OpenCSVSerde' },
    });
    expect(StorageDescriptor.Columns.map(({ Name, Type }) => [Name, Type])).toEqual(
      schedule.columns.map(({ name }) => [name, 'string']),
    );
  });
});

it('makes no more of them for an account more', () => {
  const fewer = synthesized({ accounts: told.slice(0, 1) });
  const tables = resources(fewer, 'AWS::Glue::Table').map(([id]) => id);
  expect(resources(deployment, 'AWS::Glue::Table').map(([id]) => id)).toEqual(tables);
});
