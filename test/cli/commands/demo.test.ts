import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder } from '../activity-command.ts';
import { inProcess } from '../in-process.ts';

describe('demo', () => {
  it('leaves a folder alone that it did not make', async () => {
    const data = await temporaryFolder();
    await writeFile(path.join(data, 'thesis.txt'), 'years of work');
    const { code, stderr } = await inProcess('demo', '--data', data);
    expect(code).toBe(1);
    expect(stderr).toContain(data);
  });
});
