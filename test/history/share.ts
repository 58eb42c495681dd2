import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Found, Search } from './explore.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** The histories in equal parts, each in a process of its own and with a seed of its own: `seed`, `seed + 1`, … */
export async function exploreIn(
  workers: number,
  { runs, seed }: Pick<Search, 'runs' | 'seed'>,
): Promise<readonly Found[]> {
  const parts = Array.from({ length: workers }, (_, n) => ({ runs: Math.ceil((runs - n) / workers), seed: seed + n }));
  return Promise.all(parts.filter((part) => part.runs > 0).map(exploreApart));
}

function exploreApart(search: Search): Promise<Found> {
  return new Promise((resolve, reject) => {
    const child = fork(WORKER, {
      execArgv: ['--no-warnings', '--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.once('message', ({ found, error }: { readonly found?: Found; readonly error?: string }) =>
      found === undefined ? reject(new Error(error)) : resolve(found),
    );
    child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)));
    child.send(search);
  });
}
