import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { isoInstant } from '../../shared/activity/instant.ts';
import { systemClock } from '../../shared/clock.ts';
import {
  type AgentHoldings,
  type HeldRow,
  holdingsOf,
  tablesOfAgents,
} from '../../shared/jobs/agent-holdings.ts';
import { type Column, dayColumn, type Table } from '../../shared/lake/table.ts';
import type { LakeAccount } from '../account/account.ts';
import { type ByHandOptions, inLakeAccount } from '../account/by-hand.ts';
import { missingOption, notEmpty } from '../options/option-values.ts';
import { addPlaceOptions } from '../places/open-place.ts';
import { holdingLines } from '../terminal/held-lines.ts';
import { untilInterrupted } from '../terminal/interruption.ts';
import { out } from '../terminal/terminal.ts';

type ExportOptions = ByHandOptions & {
  readonly agent?: string;
  readonly out?: string;
  readonly json?: true;
};

export function addExport(program: Command): void {
  addPlaceOptions(
    program
      .command('export')
      .description('say what is held of an agent: rows, names, responses, pages')
      .option('--agent <id>', 'the agent_id (required)', notEmpty)
      .option('--account-id <id>', 'which account, if there are several', notEmpty)
      .option(
        '--out <folder>',
        'write it there: a CSV file for each table, and export.json',
        notEmpty,
      )
      .option('--json', 'as JSON'),
  )
    .addHelpText(
      'after',
      `
It looks through all rows and all responses of the account: that takes as long as \`replay --verify\`. It writes
nothing into the lake.`,
    )
    .action(exportAgent);
}

async function exportAgent(options: ExportOptions): Promise<void> {
  const { agent, out: folder, json } = options;
  if (agent === undefined) throw missingOption('--agent', 'Say whose: the agent_id.');
  await inLakeAccount(options, async (account) => {
    const during = { signal: untilInterrupted() };
    const held = await account.look((run) => holdingsOf(run, agent), during);
    const whole = asJson(account, agent, held);
    if (folder !== undefined) writeFolder(folder, whole, held);
    if (json) out(JSON.stringify(whole, null, 2));
    else for (const line of holdingLines(account.settings.accountId, agent, held)) out(line);
    if (folder !== undefined && !json) out(`Written to ${path.resolve(folder)}.`);
  });
}

function asJson({ settings }: LakeAccount, agentId: string, held: AgentHoldings) {
  const rows = tablesOfAgents.map((table) => [
    table.name,
    (held.rows[table.name] ?? []).map((each) => plainRow(table, each)),
  ]);
  return {
    account_id: settings.accountId,
    agent_id: agentId,
    exported_at: isoInstant(systemClock.now()),
    ...Object.fromEntries(rows),
    responses: held.responses,
    reports: held.reports,
  };
}

function plainRow(table: Table, { day, row }: HeldRow): Record<string, unknown> {
  const name = dayColumn(table)?.name;
  const cells = table.columns.map((column) => [column.name, cellOf(column, row[column.name])]);
  return { ...(name !== undefined && { [name]: day }), ...Object.fromEntries(cells) };
}

function cellOf({ type }: Column, value: unknown): unknown {
  return type === 'timestamp' && typeof value === 'number' ? isoInstant(value) : value;
}

function writeFolder(folder: string, whole: object, held: AgentHoldings): void {
  // Of one person alone: for nobody but the one who exports it.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string) =>
    writeFileSync(path.join(folder, name), text, { mode: 0o600 });
  for (const table of tablesOfAgents) {
    const rows = (held.rows[table.name] ?? []).map((each) => plainRow(table, each));
    const day = dayColumn(table)?.name;
    const names = [...(day === undefined ? [] : [day]), ...table.columns.map(({ name }) => name)];
    const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
    write(
      `${table.name}.csv`,
      lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join(''),
    );
  }
  write('export.json', `${JSON.stringify(whole, null, 2)}\n`);
}

/** RFC 4180; null is empty. */
function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
