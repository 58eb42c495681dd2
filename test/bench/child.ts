import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { node24 } from '../support/toolbox.ts';

interface Told {
  readonly ready?: true;
  readonly port?: number;
  readonly value?: unknown;
  readonly error?: string;
}

export interface ChildOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** A process on Node 24 that runs one module and answers orders one at a time. Its own output is thrown away. */
export class Child {
  readonly port: number;
  private readonly process: ChildProcess;

  private constructor(child: ChildProcess, { port = 0 }: Told) {
    this.process = child;
    this.port = port;
  }

  /** @throws Error when the module ends or fails before it is ready */
  static async start(module: string, args: readonly string[], options: ChildOptions): Promise<Child> {
    const child = forkOn24(module, args, options);
    return new Child(child, await told(child));
  }

  async ask<Value>(order: object): Promise<Value> {
    const answer = told(this.process);
    this.process.send(order);
    return (await answer).value as Value;
  }

  async stop(): Promise<void> {
    await end(this.process);
  }
}

/** Runs a module that tells one value and ends. */
export async function runOnce<Value>(module: string, args: readonly string[], options: ChildOptions): Promise<Value> {
  const child = forkOn24(module, args, options);
  const ended = once(child, 'exit');
  const { value } = await told(child);
  await ended;
  return value as Value;
}

function forkOn24(module: string, args: readonly string[], { env, flags = [] }: ChildOptions): ChildProcess {
  return fork(module, [...args], {
    execPath: join(node24(), 'node'),
    execArgv: ['--no-warnings', ...flags],
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function told(child: ChildProcess): Promise<Told> {
  const answer = await Promise.race([
    once(child, 'message').then(([message]) => message as Told),
    once(child, 'exit').then(([code]) => ({ error: `a measured process ended with ${code}` }) as Told),
  ]);
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
