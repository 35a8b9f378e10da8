import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** A package of others, whose code is in a bundle of ours. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its `package.json` says. */
  readonly licence: string;
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
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? null : readFileSync(join(folder, file), 'utf8').trim();
  return { name, version, licence: license, text };
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

/** Packages that leave out the text of the Apache licence, which names no holder, are under the one of the others. */
function textOf(
  { name, licence, text }: BundledPackage,
  others: readonly BundledPackage[],
): string {
  const found =
    text ??
    (licence === 'Apache-2.0'
      ? others.find((other) => other.licence === licence && other.text !== null)?.text
      : undefined);
  if (found == null) throw new Error(`${name} (${licence}) comes without the text of its licence.`);
  return found;
}
