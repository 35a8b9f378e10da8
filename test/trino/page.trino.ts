import { BUCKET } from '../../cli/places/data-folder.ts';
import { tableLines } from '../../cli/terminal/table.ts';
import { startLakeToRead } from '../reading/lake-to-read.ts';
import { expectShown, pageOf, piecesOf } from '../reading/page-code.ts';
import type { TestLake } from '../shared/pipeline/test-lake.ts';
import { startTrino, type Trino } from './trino.ts';

let lake: TestLake;
let trino: Trino;

beforeAll(async () => {
  lake = await startLakeToRead();
  const { AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  trino = await startTrino({
    endpoint: `${AWS_ENDPOINT_URL_S3}`,
    accessKeyId: `${AWS_ACCESS_KEY_ID}`,
    secretAccessKey: `${AWS_SECRET_ACCESS_KEY}`,
    ...{ bucket: BUCKET, earliestDate: '2026-01-01', accounts: [{ id: 'account-1' }] },
  });
});

afterAll(async () => {
  await trino?.stop();
  await lake.stop();
});

it('docs/reading/trino.md shows what Trino answers', async () => {
  const outputs: string[] = [];
  for (const sql of piecesOf(pageOf('trino.md'), 'sql')) {
    const { columns, rows } = await trino.query(sql);
    const cells = rows.map((row) => row.map(String));
    outputs.push(`${tableLines(columns, cells).join('\n')}\n`);
  }
  expectShown('trino.md', 'sql', outputs);
});
