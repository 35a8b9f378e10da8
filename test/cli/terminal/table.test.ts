import { stripVTControlCharacters } from 'node:util';
import { oneLine, tableLines } from '../../../cli/terminal/table.ts';

describe('tableLines', () => {
  it('aligns columns under letters that take two places', () => {
    const lines = tableLines(
      [{ name: 'agent' }, { name: 'n', alignRight: true }],
      [
        ['佐藤', '7'],
        ['Sam', '12'],
        ['👩‍💻', '3'],
      ],
    );
    expect(lines).toEqual(['agent   n', '─────  ──', '佐藤    7', 'Sam    12', '👩‍💻      3']);
  });
});

describe('a table on a terminal', () => {
  const rows = [['佐藤さん', '\u001b[32msucceeded\u001b[39m', '2026-01-31']];
  const columns = [{ name: 'agent' }, { name: 'status' }, { name: 'day' }];
  const shownIn = (width: number) => {
    const { isTTY, columns: before } = process.stdout;
    Object.assign(process.stdout, { isTTY: true, columns: width });
    try {
      return tableLines(columns, rows, { indent: '  ' }).map(stripVTControlCharacters);
    } finally {
      Object.assign(process.stdout, { isTTY, columns: before });
    }
  };

  it('has each row in one line, cut where the terminal ends', () => {
    expect(shownIn(80)).toEqual([
      '  agent     status     day',
      '  ────────  ─────────  ──────────',
      '  佐藤さん  succeeded  2026-01-31',
    ]);
    expect(shownIn(24)).toEqual([
      '  agent     status     …',
      '  ────────  ─────────  …',
      '  佐藤さん  succeeded  …',
    ]);
    // Half of a wide letter is none.
    expect(shownIn(6).at(-1)).toBe('  佐…');
  });
});

describe('oneLine', () => {
  it('lets no text of the source move the cursor or turn the line around', () => {
    expect(oneLine('a\u001b[2J\nb\u202ec')).toBe('a\\u001b[2J\\u000ab\\u202ec');
  });
});
