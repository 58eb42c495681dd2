import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../infra/project.ts';
import { pythonWith } from '../support/python.ts';
import { node24 } from '../support/toolbox.ts';
import { type Environment, requireLoopback } from './environment.ts';

const REQUIREMENTS = join(projectRoot, 'test', 'deploy', 'requirements.txt');
const READY_MS = 60_000;
const STOP_MS = 5_000;

/** An AWS account on this machine (PyPI `ministack`): CloudFormation, API Gateway, Lambda, DynamoDB, Cognito, IAM. */
export interface MiniStack {
  readonly endpoint: string;
  /** The Host header by which it knows a request for this API. */
  hostOf(apiId: string): string;
  /** Versions of Node that the running functions have. */
  nodeVersions(): readonly string[];
  logTail(): string;
  stop(): Promise<void>;
}

export interface MiniStackOptions {
  readonly port: number;
  /** Everything it writes goes here. */
  readonly work: string;
  /** More of what the functions find in their environment. */
  readonly environment?: Environment;
}

export async function startMiniStack(options: MiniStackOptions): Promise<MiniStack> {
  const { port, work } = options;
  const endpoint = requireLoopback(`http://127.0.0.1:${port}`);
  const logFile = join(work, 'ministack.log');
  const child = launch(fetchMiniStack(), options, logFile);
  const logTail = () => `── the last lines of the emulator\n${readFileSync(logFile, 'utf8').slice(-4000)}`;
  const stop = () => endGroup(child);
  try {
    await untilReady(endpoint, child);
  } catch (error) {
    await stop();
    throw new Error(`${error instanceof Error ? error.message : error}\n${logTail()}`);
  }
  return {
    endpoint,
    hostOf: (apiId) => `${apiId}.execute-api.localhost:${port}`,
    nodeVersions: () => versionsOf(programsOf(child.pid ?? 0)),
    logTail,
    stop,
  };
}

/** The Python of a virtual environment with MiniStack in it, and what its KMS computes with. */
function fetchMiniStack(): string {
  const version = /^ministack==(\S+)$/m.exec(readFileSync(REQUIREMENTS, 'utf8'))?.[1];
  return pythonWith(`ministack-${version}-kms`, REQUIREMENTS);
}

function launch(python: string, { port, work, environment }: MiniStackOptions, logFile: string): ChildProcess {
  mkdirSync(join(work, 'state'), { recursive: true });
  const log = openSync(logFile, 'w');
  const child = spawn(python, ['-m', 'ministack'], {
    cwd: work,
    // A group of its own: the functions are its children, and stopping it has to stop them too.
    detached: true,
    stdio: ['ignore', log, log],
    // Functions inherit this environment, so it is small. They run on the `node` that is first on PATH.
    env: {
      PATH: [node24(), process.env['PATH']].join(delimiter),
      HOME: work,
      TMPDIR: work,
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      STATE_DIR: join(work, 'state'),
      S3_DATA_DIR: join(work, 'state', 's3'),
      SFTP_ENABLED: '0',
      // Policies are evaluated: a function may do what its role allows and nothing else.
      AUTH: 'true',
      ...environment,
    },
  });
  closeSync(log);
  return child;
}

async function untilReady(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`MiniStack ended with ${child.exitCode}.`);
    const ready = await fetch(`${endpoint}/_ministack/ready`, { signal: AbortSignal.timeout(2000) }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await sleep(100);
  }
  throw new Error(`MiniStack was not ready after ${READY_MS / 1000} seconds.`);
}

async function endGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  signalGroup(pid, 'SIGTERM');
  const deadline = Date.now() + STOP_MS;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) await sleep(50);
  signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

/** What the children of a process are. Only Linux tells; elsewhere it is the `node` that they are started with. */
function programsOf(parent: number): readonly string[] {
  if (process.platform !== 'linux') return [join(node24(), 'node')];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => parentOf(pid) === parent).map((pid) => readlinkSync(`/proc/${pid}/exe`));
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

function versionsOf(programs: readonly string[]): readonly string[] {
  return [...new Set(programs)].map((program) => execFileSync(program, ['--version'], { encoding: 'utf8' }).trim());
}
