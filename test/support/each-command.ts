import { main } from '../../cli/main.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

// A process of its own: <command lines as JSON>. Runs each as the command line tool does, and sends what came of them.
// One process for all, since starting one takes longer than what is tested.
const results: CommandResult[] = [];
for (const args of JSON.parse(process.argv[2] ?? '[]') as ReadonlyArray<readonly string[]>) {
  const seen = { stdout: '', stderr: '' };
  const real = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (chunk: string | Uint8Array) => {
      seen[name] += String(chunk);
      return true;
    };
  }
  process.exitCode = 0;
  try {
    await main(args);
  } finally {
    for (const name of ['stdout', 'stderr'] as const) process[name].write = real[name];
  }
  results.push({ code: Number(process.exitCode), ...seen });
}
process.send?.(results, () => process.exit(0));
