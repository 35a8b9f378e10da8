import { readFileSync } from 'node:fs';
import { agents } from '../../../shared/lake/tables.ts';
import { views } from '../../../shared/views/views.ts';
import { demoAccount, demoGroupOf, directoryOf } from './demo-account.ts';
import { expectedOfAll } from './demo-expected.ts';
import { differences } from './differences.ts';
import { Clocks } from './painted.ts';
import type { zones } from './random-account.ts';
import { type LakeAccount, stayLake } from './stay-lake.ts';

/**
 * The demo's contact centre in some zones, over a change of their clocks: how each view differs, in any column,
 * from what living through every second says.
 */
export async function comparedWithPainting(
  chosen: readonly (typeof zones)[number][],
  agentsEach: number,
) {
  const accounts = chosen.map(([zone, changeAt], index) =>
    demoAccount(`demo-${index}`, zone, Date.parse(changeAt), { seed: index, agents: agentsEach }),
  );
  const expected = accounts.map((account) =>
    expectedOfAll(account, {
      groupOf: demoGroupOf,
      nameOf: (agentId) => account.names.get(agentId) ?? agentId,
    }),
  );
  const directories = accounts.map((account) => ({
    ...{ table: agents, accountId: account.id, rows: directoryOf(account) },
  }));
  const lake = await stayLake(accounts, directories);
  try {
    const found = [];
    for (const { name, columns } of views) {
      const names = columns.map((column) => column.name);
      const rows =
        name === 'agent_now'
          ? (await Promise.all(accounts.map((account) => lake.rows(nowIn(account))))).flat()
          : await lake.rows(`SELECT ${names.join(', ')} FROM ${name}`);
      const wanted = expected
        .flatMap((each) => each[name as keyof typeof each])
        .map((row) => Object.fromEntries(names.map((column) => [column, row[column] as never])));
      found.push({ name, rows: wanted.length, ...differences(rows, wanted) });
    }
    return found;
  } finally {
    lake.close();
  }
}

/** The view on the last day of an account: its text asks for today. */
function nowIn({ id, reportTimeZone, known }: LakeAccount): string {
  const today = new Clocks(reportTimeZone).show(known.toMs / 1_000 - 1).slice(0, 10);
  const text = readFileSync('sql/views/agent_now.sql', 'utf8');
  return `SELECT * FROM (${text.replaceAll('current_date', `DATE '${today}'`)}) AS now WHERE account_id = '${id}'`;
}
