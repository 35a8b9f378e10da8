import { readFileSync } from 'node:fs';
import { stayLake } from './stay-lake.ts';

const HEAD = 'account_id,agent_id,day,starts_at,ends_at,planned_group';

/** What the view has of a plan, or of some files. */
async function read(plan: string | Readonly<Record<string, string>>) {
  const lake = await stayLake([], [], plan);
  try {
    return await lake.rows('SELECT * FROM schedule ORDER BY agent_id, starts_at');
  } finally {
    lake.close();
  }
}

describe('schedule', () => {
  it('has the plan of the example, a night shift in both of its days', async () => {
    const rows = await read(readFileSync('docs/schedule-example.csv', 'utf8'));
    expect(rows).toHaveLength(5);
    expect(rows.slice(3)).toEqual([
      {
        ...{ account_id: 'your-account-id', agent_id: 'a-18', day: '2026-01-31' },
        ...{ starts_at: '2026-01-31 22:00:00', ends_at: '2026-02-01 00:00:00' },
        planned_group: 'work',
      },
      expect.objectContaining({ day: '2026-02-01', starts_at: '2026-02-01 00:00:00' }),
    ]);
  });

  it('reads what spreadsheets write: a mark of the byte order, CRLF, quotes, an empty line', async () => {
    const plan = [
      `\ufeff${HEAD}`,
      'x,1,2026-01-31,2026-01-31 09:00:00,2026-01-31 12:00:00,work',
      '',
      '"x","2, of two","2026-01-31","2026-01-31 09:00","2026-01-31T12:00:00Z","break"',
      '',
    ].join('\r\n');
    const rows = await read(plan);
    expect(rows.map(({ agent_id }) => agent_id)).toEqual(['1', '2, of two']);
    for (const row of rows) {
      expect(row.starts_at).toBe('2026-01-31 09:00:00');
      expect(row.ends_at).toBe('2026-01-31 12:00:00');
    }
  });

  it('is all files together, as Athena finds them, and nothing when there is none', async () => {
    const line = (agent: string) =>
      `${HEAD}\nx,${agent},2026-01-31,2026-01-31 09:00:00,2026-01-31 12:00:00,work\n`;
    const rows = await read({
      ...{ 'january.csv': line('1'), 'FEBRUARY.CSV': line('2'), '2025/december.csv': line('3') },
      ...{ '_old.csv': line('4'), '._january.csv': '\0', 'README.txt': 'Plans.' },
    });
    expect(rows.map(({ agent_id }) => agent_id)).toEqual(['1', '2', '3']);
    expect(await read({})).toEqual([]);
    expect(await read(`${HEAD}\n`)).toEqual([]);
  });

  it('ends the query at what is no day or no time, and says what it is', async () => {
    const line = (day: string, at: string) =>
      `${HEAD}\nx,1,${day},${at},2026-01-31 12:00:00,work\n`;
    await expect(read(line('31/01/2026', '2026-01-31 09:00:00'))).rejects.toThrow(/31\/01\/2026/);
    await expect(read(line('2026-01-31', '9 am'))).rejects.toThrow(/9 am/);
    await expect(read(line('2026-01-31', ''))).rejects.toThrow(/timestamp/);
  });
});
