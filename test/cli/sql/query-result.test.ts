import { csvLines, jsonLines, resultLines } from '../../../cli/sql/query-result.ts';
import { type ResultStream, wholeOf } from '../../../shared/queries/query-result.ts';

/** @param size of a batch */
function streamOf(rows: readonly (readonly (string | number | null)[])[], size: number) {
  let given = 0;
  const batches = async function* () {
    for (let from = 0; from < rows.length; from += size) {
      given += 1;
      yield rows.slice(from, from + size);
    }
  };
  const columns = [
    { name: 'agent', numeric: false },
    { name: 'n', numeric: true },
  ];
  return { stream: { columns, batches: batches() } as ResultStream, given: () => given };
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

const rows = Array.from({ length: 2_500 }, (_, n) => [n % 7 === 0 ? null : `a-${n}`, n] as const);

describe('a result that is printed as it comes', () => {
  it.each([0, 1, 3, 2_500])('is JSON as a whole: %d rows', async (count) => {
    const { stream } = streamOf(rows.slice(0, count), 1_000);
    const text = (await all(jsonLines(stream))).join('\n');
    expect(JSON.parse(text)).toEqual(rows.slice(0, count).map(([agent, n]) => ({ agent, n })));
  });

  it('is CSV that tells nothing from an empty text', async () => {
    const cells = [['a', null, '', 'x,"y"\nz', 1.5]] as const;
    const columns = ['a', 'b', 'c', 'd e', 'n'].map((name) => ({ name, numeric: false }));
    const batches = (async function* () {
      yield cells;
    })();
    const lines = await all(csvLines({ columns, batches }));
    expect(lines).toEqual(['a,b,c,d e,n', 'a,,"","x,""y""\nz",1.5']);
  });

  it('is a table whose columns are as wide as its first rows need', async () => {
    const lines = await all(resultLines(streamOf(rows, 1_000).stream));
    expect(lines).toHaveLength(2 + rows.length);
    expect(lines.slice(0, 4)).toEqual(['agent    n', '─────  ───', 'NULL     0', 'a-1      1']);
    // Wider than those measured: what follows moves, and nothing is lost.
    expect(lines.at(-2)).toBe('a-2498  2498');
    expect(await all(resultLines(streamOf([], 10).stream))).toEqual(['agent  n', '─────  ─']);
  });

  it('is read no further than somebody reads it', async () => {
    const { stream, given } = streamOf(rows, 10);
    for await (const line of jsonLines(stream)) if (line !== '[') break;
    expect(given()).toBe(1);
    expect((await wholeOf(streamOf(rows, 10).stream)).rows).toHaveLength(rows.length);
  });
});
