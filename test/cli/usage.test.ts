import { existsSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from './activity-command.ts';
import { commands, inProcess } from './in-process.ts';

const CONNECTION = ['--account-id', 'a', '--host', 'example.com', '--credentials', 'nowhere.json'];

describe('every command', () => {
  it('explains itself and each of its options with --help', async () => {
    expect(commands.size).toBeGreaterThan(20);
    for (const [name, command] of commands) {
      const { code, stdout, stderr } = await inProcess(...name.split(' '), '--help');
      expect([name, code, stderr]).toEqual([name, 0, '']);
      expect(stdout).toMatch(new RegExp(`^Usage: .+ ${name}\\b`));
      expect(command.description()).toMatch(/^\w.{20}/);
      for (const { long, description } of command.options.filter(({ hidden }) => !hidden)) {
        expect([name, long, description]).toEqual([name, long, expect.stringMatching(/^\S.{5}/)]);
      }
    }
  });

  it('refuses an option that it does not know, and does nothing', async () => {
    for (const [name, command] of commands) {
      const needed = command.options.filter(({ mandatory }) => mandatory);
      const given = needed.flatMap(({ long }) => [`${long}`, GIVEN[`${long}`] ?? '']);
      const words = command.registeredArguments.map(() => 'x');
      const refused = await inProcess(...name.split(' '), ...words, ...given, '--colour');
      expect([name, refused]).toEqual([
        name,
        { code: 2, stdout: '', stderr: expect.stringContaining("unknown option '--colour'") },
      ]);
    }
  });

  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });

  // These two make what they need.
  const needy = [...commands].filter(([name]) => name !== 'demo' && name !== 'simulate');
  it.each(needy)(
    'says in two lines that its folder is missing, and makes none: %s',
    async (name) => {
      const command = commands.get(name);
      const missing = path.join(folder, name);
      const credentials = path.join(missing, 'credentials.json');
      const values = { ...GIVEN, '--credentials': credentials };
      const options = (command?.options ?? []).flatMap(({ long }) => {
        const value = values[`${long}` as keyof typeof values];
        if (value === undefined) return [];
        return value === '' ? [`${long}`] : [`${long}`, value];
      });
      const words = (command?.registeredArguments ?? []).map(() => 'timesheet');
      const given = [...name.split(' '), ...words, ...options, '--data', missing];
      const { code, stderr } = await inProcess(...given);
      expect(code).toBeGreaterThan(0);
      expect(stderr.split('\n').filter((line) => line !== '')).toEqual([
        expect.stringMatching(/^error: /),
        expect.stringMatching(/^Name /),
      ]);
      expect(stderr).toContain(missing);
      expect(existsSync(missing)).toBe(false);
    },
  );
});

/** Of options that a command may ask for before it looks for its folder; `''`: the option alone. */
const GIVEN: Readonly<Record<string, string>> = {
  '--account-id': 'a',
  '--host': '127.0.0.1:9',
  '--agent': 'ann',
  '--reason': 'a test',
  '--yes': '',
  '--table': 'agents',
  '--day': '2025-03-11',
  '--from': '2025-03-10',
  '--to': '2025-03-11',
  '--keep-rows': '400d',
};

describe('usage', () => {
  it.each<[string[], string]>([
    [['pull', '--host', 'h', '--credentials', 'f'], '--account-id'],
    [['pull', ...CONNECTION, '--lookback', 'an hour'], '--lookback'],
    [['pull', ...CONNECTION, '--requests-per-minute', 'many'], '--requests-per-minute'],
    [['pull', ...CONNECTION, '--from', 'yesterday'], '--from'],
    [['pull', ...CONNECTION, '--every', '5 minutes'], '--every'],
    [['pull', ...CONNECTION, '--every', '5m', '--now', '2026-01-01'], '--now'],
    [['pull', ...CONNECTION, '--every', '5m', '--now', '1970-01-01'], '--now'],
    [['pull', ...CONNECTION, '--every', ''], '--every'],
    [['pull', ...CONNECTION, '--now', ''], '--now'],
    [['pull', ...CONNECTION, '--from', '2026-02-01', '--now', '2026-01-31'], '--from'],
    [['pull', ...CONNECTION], '--credentials'],
    [['status', '--data', ''], '--data'],
    [['sql', ' '], 'query'],
    [['files', '--table', 'agent'], 'agent_activity'],
    [['files', '--table', 'agents', '--from', '2026-02-30'], '--from'],
    [['files', '--table', 'agents', '--from', '2026-02-02', '--to', '2026-02-01'], '--from'],
    [['runs', '--limit', '0'], '--limit'],
    [['checkpoint', 'begin', '--reason', 'x'], '--from'],
    [['checkpoint', 'rebuild'], '--reason'],
    [['watermark', 'set', '--reason', 'a test'], '--to'],
    [['watermark', 'set', '--to', '2025-03-11'], '--reason'],
    [['acknowledge-empty', '--day', '2025-02-30', '--reason', 'none'], '--day'],
    [['export'], '--agent'],
    [['pull', '--stack', 'a', '--credentials', 'f'], '--credentials'],
    [['pull', ...CONNECTION, '--days', '3'], '--days'],
    [['runs', 'show', 'abc'], '4 characters'],
    [['backfill', '--cancel', 'x', '--status'], '--cancel'],
    [['backfill', '--stack', 'a', '--lookback', '1h'], '--lookback'],
  ])('names what is wrong in %j', async (words, named) => {
    const { code, stdout, stderr } = await inProcess(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(named);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('never repeats a password that stands in a URL', async () => {
    const host = ['--host', 'https://user:hunter2@example.com'];
    const { code, stderr } = await inProcess('check', ...CONNECTION, ...host);
    expect(code).toBe(2);
    expect(stderr).not.toContain('hunter2');
  });
});
