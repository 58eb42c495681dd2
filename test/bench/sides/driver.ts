import type { Handler } from '../../../functions/middleware/chain.ts';
import { readFixture } from './fixture.ts';
import { eventOf, LAMBDA, type Operation, requestOf } from './messages.ts';

/** What the parent may ask of a side. */
export type Order =
  | { readonly kind: 'cpu'; readonly operation: Operation; readonly calls: number }
  /** By the clock, one after another. */
  | { readonly kind: 'wall'; readonly calls: number }
  | { readonly kind: 'heap'; readonly calls: number }
  /** Calls that may be refused. */
  | { readonly kind: 'calls'; readonly calls: number };

// A process a side: <its bundle>. Answers each order with one number.
const { handler }: { readonly handler: Handler } = await import(process.argv[2] ?? '');
const { token } = readFixture();

async function call(operation: Operation, mayBe: readonly number[] = [200]): Promise<void> {
  const { headers, body } = requestOf(operation, token);
  const { statusCode = 0, body: answer } = await handler(eventOf('POST', '/mcp', headers, body), LAMBDA);
  if (!mayBe.includes(statusCode)) throw new Error(`${operation} was answered with ${statusCode}: ${answer}`);
}

/** Mean microseconds of CPU, of every thread of the process. */
async function measureCpu(operation: Operation, calls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < calls; n++) await call(operation);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

/** Mean microseconds. */
async function measureWall(calls: number): Promise<number> {
  const started = performance.now();
  for (let n = 0; n < calls; n++) await call('tools/call');
  return ((performance.now() - started) * 1000) / calls;
}

async function measureHeap(calls: number): Promise<number> {
  for (let n = 0; n < calls; n++) await call('tools/call');
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

async function count(calls: number): Promise<number> {
  for (let n = 0; n < calls; n++) await call('tools/call', [200, 403]);
  return calls;
}

function measure(order: Order): Promise<number> {
  if (order.kind === 'cpu') return measureCpu(order.operation, order.calls);
  if (order.kind === 'wall') return measureWall(order.calls);
  return order.kind === 'heap' ? measureHeap(order.calls) : count(order.calls);
}

process.on('message', (order: Order) => {
  measure(order).then(
    (value) => process.send?.({ value }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ ready: true });
