import { execFile } from 'node:child_process';
import type { Injection, ToolFault } from '../../cli/failures/row.ts';
import type { ToolContext } from '../../shared/tools/define-tool.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { newSubject, SECRET, type Stage } from './observe.ts';
import { createProbe } from './probe.ts';

type CallFault = Extract<Injection, { kind: 'clock' | 'clock step' | 'time' | 'tool' }>;

const KINDS: ReadonlySet<string> = new Set(['clock', 'clock step', 'time', 'tool']);

export function isOfCall(inject: Injection): inject is CallFault {
  return KINDS.has(inject.kind);
}

/** Two seconds are kept for the outcome: a tool over its time costs the test one. */
const SHORT_MS = 3000;

export async function callStage(database: TestDatabase, fault: CallFault): Promise<Stage> {
  const time: { step: (ms: number) => void } = { step: ignore };
  const late = { done: Promise.resolve(), writes: 0 };
  const { tool, runs } = createProbe(async (context) => {
    if (fault.kind === 'clock step') time.step(-fault.backMs);
    if (fault.kind !== 'tool') return { done: 'yes' };
    if (fault.does !== 'writes late') return misbehave(fault.does);
    late.done = writeLate(context, () => time.step(60_000)).then(() => void late.writes++, ignore);
    return never();
  });
  const usersTakeMs = fault.kind === 'time' ? (fault.usersTakeMs ?? 0) : 0;
  const gateway = createTestGateway(database, {
    tools: [tool],
    dynamo: (well) => ({
      ...well,
      putIfAbsent: async (table, item, options) => {
        const result = await well.putIfAbsent(table, item, options);
        if (item.sk === 'USER') time.step(usersTakeMs);
        return result;
      },
    }),
  });
  time.step = (ms) => {
    gateway.time.now += ms;
  };
  const subject = newSubject();
  const token = await gateway.token({ sub: subject, ...times(gateway.time.now, fault) });
  const short = fault.kind === 'tool' ? SHORT_MS : 28_000;
  return {
    gateway,
    subject,
    token,
    // A write that came through after the end is one run too many.
    runs: () => runs() + late.writes,
    remainingMs: fault.kind === 'time' ? fault.remainingMs : short,
    settled: () => late.done,
  };
}

function times(now: number, fault: CallFault): object {
  if (fault.kind !== 'clock') return {};
  const iat = Math.floor((now + fault.issuerAheadMs) / 1000);
  return { iat, nbf: iat, exp: iat + fault.tokenLifeMs / 1000 };
}

async function misbehave(does: Exclude<ToolFault, 'writes late'>): Promise<{ readonly done: string }> {
  switch (does) {
    case 'throws':
      throw new Error(SECRET);
    case 'throws nothing':
      throw null;
    case 'hangs':
      return never();
    case 'answers garbage':
      return { done: 5, [SECRET]: true } as unknown as { readonly done: string };
    case 'answers 10 MB':
      return { done: 'x'.repeat(10_485_760) };
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

async function writeLate({ signal, store }: ToolContext, passTime: () => void): Promise<void> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  passTime();
  await store.put('late', 'write');
}

function ignore(): void {
  // It was refused, as it must be.
}

/** A real process of its own, since nothing inside one can show what its end leaves behind. */
export function runKilledProcess({ endpoint, identities, audit, state }: TestDatabase, subject: string) {
  const args = ['--no-warnings', '--import', 'tsx', 'test/support/die-in-process.ts'];
  const env = { ...process.env, NODE_OPTIONS: '', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  return new Promise<{ readonly signal: string | undefined; readonly output: string }>((resolve) => {
    const given = [...args, endpoint, identities, audit, state, subject];
    execFile(process.execPath, given, { env }, (error, stdout, stderr) =>
      resolve({ signal: error?.signal ?? undefined, output: stdout + stderr }),
    );
  });
}
