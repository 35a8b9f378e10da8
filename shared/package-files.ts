/**
 * A file of this package: a clone's, or an installed one's. What asks lies one folder below `package.json` in both,
 * as a source here and as a bundle in `dist/`.
 *
 * @param name such as `sql/views/agent_day.sql`
 */
export function packageFile(name: string): URL {
  return new URL(`../${name}`, import.meta.url);
}
