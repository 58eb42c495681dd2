/** As much of a stream as is needed. */
interface Output {
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

export interface Outputs {
  readonly stdout: Output;
  readonly stderr: Output & { write(text: string): unknown };
  /** The code that the command has come to so far. */
  readonly exitCode: () => number;
  readonly exit: (code: number) => void;
}

/**
 * What happens when output cannot be written. `npm run demo | head`: the reader has gone, and that is no failure; but a
 * verdict stays what it is. Anything else, such as a full disk, is told, since somebody waits for that output. Standard error
 * only accompanies: without it a command goes on.
 */
export function watchOutputs({ stdout, stderr, exitCode, exit }: Outputs): void {
  stdout.on('error', ({ code = 'unknown' }) => {
    if (code === 'EPIPE') return exit(exitCode());
    stderr.write(`The output cannot be written: ${code}${code === 'ENOSPC' ? ', no space is left' : ''}.\n`);
    exit(exitCode() || 1);
  });
  stderr.on('error', () => undefined);
}
