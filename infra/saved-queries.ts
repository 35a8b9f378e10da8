import { readdirSync, readFileSync } from 'node:fs';
import { packageFile } from '../shared/package-files.ts';

/** A query as a file of `sql/` has it. */
interface SavedQuery {
  /** The name of its file, without the ending. */
  readonly file: string;
  /** The first line of the comment on its top. */
  readonly title: string;
  /** All of the file. */
  readonly text: string;
}

/** The queries of a folder of `sql/`, by name. Each begins with a comment: what it answers. */
export function savedQueries(
  folder: 'audit' | 'logs-insights' | 'questions',
): readonly SavedQuery[] {
  const path = `sql/${folder}`;
  return readdirSync(packageFile(path))
    .sort()
    .map((name) => {
      const text = readFileSync(packageFile(`${path}/${name}`), 'utf8').trim();
      const title = /^(?:--|#) (.+?)\.?$/m.exec(text)?.[1];
      if (title === undefined || !/^(--|#)/.test(text)) {
        throw new Error(`${path}/${name} does not begin with a comment that says what it answers.`);
      }
      return { file: name.replace(/\.\w+$/, ''), title, text };
    });
}
