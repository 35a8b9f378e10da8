import { activity, temporaryFolder } from './activity-command.ts';

const CONNECTION = ['--account-id', 'a', '--host', 'example.com', '--credentials', 'nowhere.json'];

describe('usage', () => {
  it('explains every command with --help', async () => {
    const commands = [
      ...[
        'demo',
        'check',
        'pull',
        'reconcile',
        'backfill',
        'directory',
        'status',
        'runs',
        'sql',
        'files',
        'checkpoint',
      ],
    ];
    const helps = await Promise.all(commands.map((command) => activity(command, '--help')));
    expect(helps.map(({ code }) => code)).toEqual(commands.map(() => 0));
    for (const [index, { stdout }] of helps.entries()) {
      expect(stdout).toContain(`Usage: activity ${commands[index]}`);
    }
  });

  it('answers a wrong option with exit code 2, names it and does nothing', async () => {
    const wrong: [string[], string][] = [
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
      [['status', '--colour'], '--colour'],
      [['pull', '--stack', 'a', '--credentials', 'f'], '--credentials'],
      [['pull', ...CONNECTION, '--days', '3'], '--days'],
      [['runs', 'show', 'abc'], '4 characters'],
      [['backfill', '--cancel', 'x', '--status'], '--cancel'],
      [['backfill', '--stack', 'a', '--lookback', '1h'], '--lookback'],
    ];
    const said = await Promise.all(
      wrong.map(async ([args, option]) => {
        const { code, stdout, stderr } = await activity(...args);
        const named = stderr.includes(option);
        return { args, code, stdout, named, stackTrace: /^\s+at /m.test(stderr) };
      }),
    );
    expect(said).toEqual(
      wrong.map(([args]) => ({ args, code: 2, stdout: '', named: true, stackTrace: false })),
    );
  });

  it('never repeats a password that stands in a URL', async () => {
    const host = ['--host', 'https://user:hunter2@example.com'];
    const { code, stderr } = await activity('check', ...CONNECTION, ...host);
    expect(code).toBe(2);
    expect(stderr).not.toContain('hunter2');
  });

  it('makes no folder when asked for what is in one that is missing', async () => {
    const missing = `${await temporaryFolder()}/missing`;
    const { code, stderr } = await activity('status', '--data', missing);
    expect(code).toBe(1);
    expect(stderr).toContain(missing);
  });
});
