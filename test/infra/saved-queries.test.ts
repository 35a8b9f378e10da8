import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { commonFields, logLines } from '../../docs/generator/log-lines.ts';
import { savedQueries } from '../../infra/saved-queries.ts';
import type { RejectionReason } from '../../shared/activity/event.ts';
import { tables } from '../../shared/lake/tables.ts';
import { accounts, resolved, resources, synthesized } from './deployment.ts';

const deployment = synthesized({ accounts, name: 'lake-of-tests' });
const ofLogs = savedQueries('logs-insights');

const reasons: Record<RejectionReason, true> = {
  damaged: true,
  not_an_object: true,
  field_contradicts_itself: true,
  agent_missing: true,
  agent_not_text: true,
  activity_missing: true,
  activity_not_text: true,
  reason_code_not_text: true,
  time_missing: true,
  time_not_text: true,
  time_not_understood: true,
  time_does_not_exist: true,
  time_ambiguous: true,
  time_ahead_of_clock: true,
  before_earliest_date: true,
};

/** `window.blocks` → `window.blocks`, `window.blocks.0.key`, … are all fields of a line. */
const known = new Set([
  ...Object.keys(commonFields),
  ...Object.values(logLines).flatMap(({ under, fields }) =>
    Object.keys(fields).map((field) => `${under}.${field}`),
  ),
]);

/** What of a query names a field: words with a dot or an @, and the plain ones that we know. */
function fieldsIn(text: string): string[] {
  const code = text.replace(/^#.*$/gm, '').replace(/"[^"]*"/g, '');
  return [...code.matchAll(/@?[a-zA-Z_]+(?:\.\w+)*/g)]
    .map(([word]) => word)
    .filter((word) => /[.@]/.test(word));
}

describe('the saved queries of the logs', () => {
  it('are in CloudWatch, in the folder of the stack, over the log that all accounts share', () => {
    const groups = resources(deployment, 'AWS::Logs::LogGroup').map(([id]) => id);
    const saved = resources(deployment, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) =>
      resolved<Record<string, unknown>>(Properties),
    );
    expect(saved).toEqual(
      ofLogs.map(({ title, text }) => ({
        Name: `lake-of-tests/${title}`,
        QueryString: text,
        LogGroupNames: groups,
      })),
    );
    expect(groups).toHaveLength(1);
  });

  it.each(ofLogs.map((query) => [query.file, query] as const))(
    '%s names only fields that lines have',
    (_, { text }) => {
      const fields = fieldsIn(text);
      expect(fields.length).toBeGreaterThan(2);
      for (const field of fields) {
        const [under, name] = field.split('.');
        expect([...known]).toContain(field.startsWith('@') ? field : `${under}.${name}`);
      }
      for (const [, message] of text.matchAll(/message = "([^"]+)"/g)) {
        expect(Object.keys(logLines)).toContain(message);
      }
    },
  );

  it('know every reason for which a row is rejected', () => {
    const { text = '' } = ofLogs.find(({ file }) => file === 'rejected-by-reason') ?? {};
    const counted = [...text.matchAll(/rejected_by_reason\.(\w+)/g)].map(([, reason]) => reason);
    expect(counted.sort()).toEqual(Object.keys(reasons).sort());
  });

  it('have a comment on top that says what they answer', () => {
    for (const { text } of ofLogs) expect(text).toMatch(/^# [A-Z].+\n# [A-Z].+/);
  });
});

const TYPES = {
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  int: 'INTEGER',
  bigint: 'BIGINT',
  boolean: 'BOOLEAN',
};

const ofAuditor = savedQueries('audit');
let instance: DuckDBInstance;
let duckdb: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  duckdb = await instance.connect();
  for (const { name, columns, day } of tables) {
    const typed = columns.map((column) => `${column.name} ${TYPES[column.type]}`);
    const partitions = ['account_id VARCHAR', ...(day === null ? [] : ['dt DATE'])];
    await duckdb.run(`CREATE TABLE ${name} (${[...typed, ...partitions].join(', ')})`);
  }
});

// What a test stores, the next one does not find.
beforeEach(() => duckdb.run('BEGIN'));
afterEach(() => duckdb.run('ROLLBACK'));

afterAll(() => {
  duckdb.closeSync();
  instance.closeSync();
});

async function answerOf(file: string, replaced: readonly [string, string][] = []) {
  let { text = '' } = ofAuditor.find((query) => query.file === file) ?? {};
  for (const [from, to] of replaced) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  return (await duckdb.runAndReadAll(text)).getRowObjectsJson();
}

describe('the saved queries of the workgroup', () => {
  const ofAnalyst = savedQueries('questions');
  const inAthena = [
    ...ofAuditor.map((query) => ({ ...query, page: 'docs/audit.md', folder: 'audit' })),
    ...ofAnalyst.map((query) => ({ ...query, page: 'docs/analysts.md', folder: 'questions' })),
  ];

  it('are those of the auditor and of the analyst, each with the page and the file it is from', () => {
    const [[workgroup] = ['']] = resources(deployment, 'AWS::Athena::WorkGroup');
    const saved = resources(deployment, 'AWS::Athena::NamedQuery').map(([, { Properties }]) =>
      resolved<Record<string, unknown>>(Properties),
    );
    expect(saved).toEqual(
      inAthena.map(({ file, title, text, page, folder }) => ({
        ...{ Name: title, QueryString: text, WorkGroup: workgroup },
        Description: `${page}, sql/${folder}/${file}.sql`,
        Database: expect.anything(),
      })),
    );
  });

  it('have names of their own, no longer than Athena takes', () => {
    const titles = inAthena.map(({ title }) => title);
    expect(titles).toHaveLength(new Set(titles).size);
    for (const title of titles) expect(title.length).toBeLessThanOrEqual(128);
  });
});

describe('the saved queries of the auditor', () => {
  it.each(ofAuditor.map(({ file }) => [file]))('%s is right SQL over the tables', async (file) => {
    expect(await answerOf(file)).toEqual([]);
  });

  it('read no more days than they name: each table has a condition on the day, which compares it with a date', () => {
    for (const { file, text } of ofAuditor) {
      const read = text.match(/\b(FROM|JOIN) \w+/g) ?? [];
      const bounded = text.match(/\bdt (>=|=) (current_date|DATE ')/g) ?? [];
      expect([file, bounded.length]).toEqual([file, Math.max(1, read.length)]);
      expect([file, text]).not.toEqual([file, expect.stringMatching(/\bdt\s*[<>=]+\s*'/)]);
    }
  });

  it('find the event that is stored twice, and no other', async () => {
    await duckdb.run(`
      INSERT INTO agent_activity (agent_id, event_time, activity, reason_code, occurrence, account_id, dt)
      SELECT agent, date_trunc('second', now()::TIMESTAMP), 'Busy', NULL, 1, 'acct-1', current_date
      FROM (VALUES ('once'), ('twice'), ('twice')) AS agents(agent)`);
    const found = await answerOf('stored-once');
    expect(found).toEqual([expect.objectContaining({ agent_id: 'twice', times: '2' })]);
  });

  it('find the step of the watermark that begins where none ended, and who made it', async () => {
    await duckdb.run(`
      INSERT INTO etl_runs (dt, run_id, account_id, started_at, job, watermark_before, watermark_after, actor, reason)
      VALUES
        (current_date, 'run-1', 'acct-1', TIMESTAMP '2026-01-31 10:00:00', 'pull', TIMESTAMP '2026-01-31 09:00:00', TIMESTAMP '2026-01-31 09:55:00', NULL, NULL),
        (current_date, 'run-2', 'acct-1', TIMESTAMP '2026-01-31 10:05:00', 'pull', TIMESTAMP '2026-01-31 09:55:00', TIMESTAMP '2026-01-31 10:00:00', NULL, NULL),
        (current_date, 'run-3', 'acct-1', TIMESTAMP '2026-01-31 10:10:00', 'pull', TIMESTAMP '2026-01-31 10:02:00', TIMESTAMP '2026-01-31 10:05:00', NULL, NULL),
        (current_date, 'run-4', 'acct-1', TIMESTAMP '2026-01-31 10:15:00', 'watermark-set', TIMESTAMP '2026-01-31 10:05:00', TIMESTAMP '2026-01-31 10:00:00', 'kim', 'source was down')`);
    const broken = await answerOf('watermark-steps');
    expect(broken.map(({ run_id }) => run_id)).toEqual(['run-1', 'run-3']);
    const [byHand, ...others] = await answerOf('done-by-hand');
    expect(byHand).toMatchObject({ run_id: 'run-4', actor: 'kim', reason: 'source was down' });
    expect(others).toEqual([]);
  });

  it('find who wrote a block, by its key alone', async () => {
    const key = 'blocks/activity/account_id=acct-1/dt=2026-01-31/00000007-4ca0.parquet';
    const written = JSON.stringify([{ key, rows: 3 }]);
    await duckdb.run(`
      INSERT INTO etl_runs (dt, run_id, account_id, blocks)
      VALUES (current_date, 'run-1', 'acct-1', '[]'), (current_date, 'run-2', 'acct-1', '${written}')`);
    const found = await answerOf('who-wrote-a-block', [['your-account-id', 'acct-1']]);
    expect(found.map(({ run_id }) => run_id)).toEqual(['run-2']);
  });
});
