import { spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

const TIMEOUT_MS = 300_000;

export interface EmulatedAws {
  /** What the command that deployed said. */
  readonly output: string;
  /** 0 when all was deployed, and every resource has an id. */
  readonly code: number | null;
  /** What a client needs to use it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): void;
}

/** Why there can be none on this machine, or `undefined`. */
export function missing(emulator: string | undefined): string | undefined {
  if (!emulator) return 'DEPLOY_EMULATOR does not name an emulator to deploy to';
  const { status } = spawnSync('python3', ['-c', 'import moto.server']);
  return status === 0
    ? undefined
    : "python3 with moto is not here (pip install 'moto[server]==5.2.1')";
}

/**
 * Starts it, and deploys the app of this folder there.
 *
 * @param emulator a command that does so, and with --keep leaves the emulator running and prints the environment
 *   to use it as lines `export NAME=value`
 * @param settings `-c name=value` …
 */
export async function deployedOnEmulator(
  emulator: string,
  settings: readonly string[],
): Promise<EmulatedAws> {
  // A process group of its own, so that the emulator ends with it whatever happens.
  const tool = spawn(emulator, ['--keep', ...settings], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: TIMEOUT_MS,
    env: {
      ...process.env,
      PYTHONPATH: resolve('test/deploy/cloudformation'),
      // What it does not know how to delete, it would try to for minutes.
      AWS_MAX_ATTEMPTS: '1',
    },
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    tool.once('error', reject);
    tool.once('exit', resolve);
  });
  const output = text(tool.stdout as Readable);
  const code = await exit;
  const said = await output;
  const exported = [...said.matchAll(/export (\w+)=(\S+)/g)];
  return {
    code,
    output: said.replace(/^outputs:.*/ms, '').trim(),
    environment: Object.fromEntries(exported.map(([, name, value]) => [name, value])),
    stop: () => stopGroup(tool.pid),
  };
}

function stopGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error;
  }
}

/** Runs the unmodified CDK CLI on what this process' environment names; fails unless it succeeds. */
export async function cdk(...args: readonly string[]): Promise<void> {
  const child = spawn('node_modules/.bin/cdk', [...args, '--no-notices'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once('close', resolve)),
  ]);
  if (code !== 0) throw new Error(`cdk ${args[0]} ended with ${code}: ${stdout}${stderr}`);
}

/** The emulated CloudFormation forgets change sets of stacks that exist, so this goes without one. */
export const deploy = (settings: readonly string[]) =>
  cdk('deploy', '--method=direct', '--require-approval=never', ...settings);
