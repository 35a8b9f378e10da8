import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import packageJson from '../../package.json' with { type: 'json' };
import { buildCommand } from '../../packaging/command.ts';
import { buildFunctions } from '../../packaging/functions.ts';
import { bundledPackages, licencePage } from '../../packaging/licences.ts';

const folder = mkdtempSync(join(tmpdir(), 'activity-dist-'));
let built: readonly Metafile[];

beforeAll(async () => {
  built = await buildCommand(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the built command', () => {
  it('loads of other packages exactly those that it is installed with', () => {
    const outside = built.flatMap(({ outputs }) =>
      Object.values(outputs).flatMap(({ imports }) =>
        imports.map(({ path }) => path).filter((path) => !path.startsWith('./')),
      ),
    );
    const loaded = new Set(outside.filter((name) => !isBuiltin(name)));
    expect([...loaded].sort()).toEqual(Object.keys(packageJson.dependencies).sort());
  });

  it('holds nothing of the tests, and of the CDK nothing', () => {
    const files = built.flatMap(({ inputs }) => Object.keys(inputs));
    expect(files.filter((file) => /^(test|bench|infra)\/|aws-cdk/.test(file))).toEqual([]);
  });
});

describe('the oldest Node.js', () => {
  it('is the same for npm and for the command', () => {
    const [, oldest] =
      /^const OLDEST_NODE = (\d+);$/m.exec(readFileSync('cli/main.ts', 'utf8')) ?? [];
    expect(packageJson.engines.node).toBe(`>=${oldest}`);
  });
});

describe('the licences of what is bundled', () => {
  it('stand in one page, each with its text', async () => {
    const functions = await buildFunctions(join(folder, 'functions'));
    const packages = bundledPackages([...built, ...functions]);
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['@aws-sdk/client-s3', 'commander', 'd3-shape', 'valibot']),
    );
    const page = licencePage(packages);
    for (const { name, version, text } of packages) {
      expect(page).toContain(`${name} ${version}`);
      if (text !== null) expect(page).toContain(text);
    }
  });

  it('are the standard ones where a package has none of its own', () => {
    const page = licencePage([
      { name: 'mute', version: '1.0.0', licence: 'BSD-2-Clause', author: 'An Author', text: null },
    ]);
    expect(page).toMatch(/Copyright An Author\n\nRedistribution and use/);
  });

  it('are refused when a text is missing that can be had from nowhere else', () => {
    const silent = { name: 'silent', version: '1.0.0', licence: 'MIT', author: null, text: null };
    expect(() => licencePage([silent])).toThrow('silent (MIT)');
  });
});
