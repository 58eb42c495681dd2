import { type ChildProcess, spawn } from 'node:child_process';
import { DEV_CLIENT } from '../../cli/dev/idp.ts';
import { endpointsOfIdp, endpointsOfRelay, fetchToken } from '../../cli/dev/login.ts';
import { findFreePort } from '../../cli/dev/network.ts';
import { readState } from '../../cli/dev/state-file.ts';
import { projectRoot } from '../../infra/project.ts';
import { endProcess } from './end-process.ts';

const START_MS = 60_000;

export interface DevProcess {
  /** Ends in `/mcp`. */
  readonly url: string;
  /** An access token of alice, who may use everything. */
  readonly token: string;
  stop(): Promise<void>;
}

/** `npm run dev` with more arguments, as a process of its own on free ports. */
export async function startDevProcess(...args: readonly string[]): Promise<DevProcess> {
  const port = await findFreePort();
  const child = spawn(process.execPath, ['cli/gatehouse.mjs', 'dev', '--port', String(port), ...args], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => endProcess(child, 'SIGTERM');
  try {
    const url = await readyUrl(child);
    const { issuer, scopes, relay } = readState(port);
    const scope = scopes.join(' ');
    return {
      url,
      token: await fetchToken({
        endpoints: relay ? endpointsOfRelay(new URL(url).origin) : endpointsOfIdp(issuer),
        resource: url,
        client: DEV_CLIENT,
        user: 'alice',
        scope,
      }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = () => reject(new Error(`dev did not become ready:\n${output.slice(-2000)}`));
    const timer = setTimeout(fail, START_MS);
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const url = /^ready (\S+\/mcp)$/m.exec(output)?.[1];
      if (url === undefined) return;
      // Its log lines are of no use here, and keeping them would grow with every request.
      child.stdout?.off('data', read).resume();
      child.stderr?.off('data', read).resume();
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', () => {
      clearTimeout(timer);
      fail();
    });
  });
}
