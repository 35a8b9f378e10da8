import { oneLine, tableLines } from '../../cli/table.ts';

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

describe('oneLine', () => {
  it('lets no text of the source move the cursor or turn the line around', () => {
    expect(oneLine('a\u001b[2J\nb\u202ec')).toBe('a\\u001b[2J\\u000ab\\u202ec');
  });
});
