import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** A package of others, whose code is in a bundle of ours. */
interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its `package.json` says. */
  readonly licence: string;
  /** Who is named as its author, if anybody. */
  readonly author: string | null;
  /** As it lies in the package; `null` when none does. */
  readonly text: string | null;
}

/** The packages whose code is in bundles, by name. */
export function bundledPackages(metafiles: readonly Metafile[]): readonly BundledPackage[] {
  const files = metafiles.flatMap(({ outputs }) =>
    Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs)),
  );
  const folders = files.flatMap(
    (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
  );
  return [...new Set(folders)].map(packageIn).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function packageIn(folder: string): BundledPackage {
  const {
    name,
    version,
    license,
    author = null,
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? null : readFileSync(join(folder, file), 'utf8').trim();
  return { name, version, licence: license, author: author?.name ?? author, text };
}

/**
 * The page that goes with the bundles: each package, and the text its licence wants to stand in each copy.
 *
 * @throws Error naming a package that has no such text
 */
export function licencePage(packages: readonly BundledPackage[]): string {
  const byText = new Map<string, string[]>();
  for (const each of packages) {
    const text = textOf(each, packages);
    const named = `${each.name} ${each.version} (${each.licence})`;
    byText.set(text, [...(byText.get(text) ?? []), named]);
  }
  const parts = [...byText].map(([text, named]) => `${named.join('\n')}\n\n${text}\n`);
  return [
    'Agent Activity Lake is under the licence in LICENSE. Its bundles hold code of the packages below,\neach under the text that follows its name.\n',
    ...parts,
  ].join(`\n${'='.repeat(100)}\n\n`);
}

/** Packages that leave out their text are under the standard one, with the author whom they name. */
function textOf(
  { name, licence, author, text }: BundledPackage,
  others: readonly BundledPackage[],
) {
  if (text !== null) return text;
  if (licence === 'MIT-0') return 'This licence asks for no text.';
  // It names no holder, so that all its copies are alike.
  const apache = others.find((other) => other.licence === 'Apache-2.0' && other.text !== null);
  if (licence === 'Apache-2.0' && apache?.text) return apache.text;
  if (licence === 'BSD-2-Clause' && author !== null) {
    return `Copyright ${author}\n\n${readFileSync('packaging/bsd-2-clause.txt', 'utf8').trim()}`;
  }
  throw new Error(`${name} (${licence}) comes without the text of its licence.`);
}
