import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { clockHandedOn } from '../clocks/handed-on.ts';

/** Refuses every connection that leaves this process by TCP, in the CLI and in all that it starts. */
const noNetwork = `data:text/javascript,${encodeURIComponent(
  `import net from 'node:net';
   const connect = net.Socket.prototype.connect;
   net.Socket.prototype.connect = function (...args) {
     const [options] = Array.isArray(args[0]) ? args[0] : args;
     if (options?.path === undefined) throw new Error('the network was used');
     return connect.apply(this, args);
   };`,
)}`;

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function synth(...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-out-'));
  folders.push(folder);
  const { status, stderr } = spawnSync(
    process.execPath,
    ['node_modules/aws-cdk/bin/cdk', 'synth', '--quiet', '--output', folder, ...args],
    {
      encoding: 'utf8',
      // Nothing of the person's own: no credentials, no region, no profile, no ~/.cdk.json.
      env: {
        ...clockHandedOn,
        PATH: process.env.PATH,
        HOME: folder,
        NODE_OPTIONS: `--import=${noNetwork}`,
      },
    },
  );
  return { folder, status, stderr };
}

const accounts = 'accounts=[{"id": "acct-1", "host": "smartassist.kore.ai"}]';

describe('cdk synth', () => {
  it('works on a fresh clone, without network and without credentials', () => {
    const { folder, status, stderr } = synth('-c', accounts);
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    expect(existsSync(join(folder, 'agent-activity-lake.template.json'))).toBe(true);
    const report = JSON.parse(readFileSync(join(folder, 'validation-report.json'), 'utf8'));
    expect(report.pluginReports).toEqual([]);
  });

  it('ends with one plain sentence when a setting is wrong', () => {
    const { folder, status, stderr } = synth('-c', accounts, '-c', 'lookback=soon');
    expect(status).toBe(1);
    expect(stderr).toContain('lookback is "soon", which is not allowed: a duration');
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(join(folder, 'agent-activity-lake.template.json'))).toBe(false);
  });

  it('runs no code of the product but settings, names and the definitions of tables, views, metrics and alarms', async () => {
    const { metafile } = await build({
      entryPoints: ['infra/app.ts'],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    });
    const outside = Object.keys(metafile.inputs).filter((file) => !file.startsWith('infra/'));
    expect(outside.sort()).toEqual([
      'package.json',
      'shared/activity/activity-groups.ts',
      'shared/activity/instant.ts',
      'shared/activity/source-zone.ts',
      'shared/activity/spans.ts',
      'shared/alarms.ts',
      'shared/checkpoint/run-counts.ts',
      'shared/checkpoint/run-steps.ts',
      'shared/deployed-names.ts',
      'shared/errors.ts',
      'shared/lake/agent-stay.ts',
      'shared/lake/block-keys.ts',
      'shared/lake/table.ts',
      'shared/lake/tables.ts',
      'shared/metrics.ts',
      'shared/package-files.ts',
      'shared/report/report-page.ts',
      'shared/settings.ts',
      'shared/views/account-offsets.ts',
      'shared/views/activity-groups.ts',
      'shared/views/agent-views.ts',
      'shared/views/columns.ts',
      'shared/views/schedule.ts',
      'shared/views/values.ts',
      'shared/views/views.ts',
    ]);
    const packages = new Set(
      Object.values(metafile.inputs).flatMap(({ imports }) =>
        imports.filter(({ external }) => external).map(({ path }) => path.split('/')[0]),
      ),
    );
    expect([...packages].sort()).toEqual([
      '@date-fns',
      'aws-cdk-lib',
      'cdk-nag',
      'constructs',
      'node:crypto',
      'node:fs',
      'node:url',
      'valibot',
    ]);
    // A type of runtime code would bind the two together just the same.
    const sources = Object.keys(metafile.inputs).filter((file) => file.startsWith('infra/'));
    const imported = sources.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/from '(?:\.\.\/)+(shared\/[^']+)'/g)].map(
        ([, path]) => path,
      ),
    );
    expect([...new Set(imported)].sort()).toEqual([
      'shared/activity/instant.ts',
      'shared/alarms.ts',
      'shared/deployed-names.ts',
      'shared/errors.ts',
      'shared/lake/agent-stay.ts',
      'shared/lake/block-keys.ts',
      'shared/lake/table.ts',
      'shared/lake/tables.ts',
      'shared/metrics.ts',
      'shared/package-files.ts',
      'shared/report/report-page.ts',
      'shared/settings.ts',
      'shared/views/account-offsets.ts',
      'shared/views/activity-groups.ts',
      'shared/views/schedule.ts',
      'shared/views/view.ts',
      'shared/views/views.ts',
    ]);
  });
});
