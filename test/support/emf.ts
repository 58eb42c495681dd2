import { expect, jest } from '@jest/globals';
import { createLog, type Log } from '../../shared/core/logger.ts';
import { METRICS } from '../../shared/core/metrics.ts';
import type { TestDatabase } from './database.ts';
import { createTestGateway, type TestGateway, type TestGatewayOptions } from './gateway.ts';

export type Line = Readonly<Record<string, unknown>> & {
  readonly _aws?: { readonly CloudWatchMetrics: ReadonlyArray<{ readonly Dimensions: string[][] }> };
};

/** The lines that the deployed logger writes while `work` runs. Each stage of a call takes 1.5 ms here. */
export async function linesOf(
  database: TestDatabase,
  work: (gateway: TestGateway) => Promise<unknown>,
  options: TestGatewayOptions = {},
): Promise<readonly Line[]> {
  let ticks = 0;
  const timer = () => {
    ticks += 1.5;
    return ticks;
  };
  return linesWritten((log) => work(createTestGateway(database, { log, timer, ...options })));
}

/** The same of anything that is given the logger. */
export async function linesWritten(work: (log: Log) => Promise<unknown>): Promise<readonly Line[]> {
  const written: string[] = [];
  const keep = (chunk: unknown) => written.push(String(chunk)) > 0;
  jest.spyOn(process.stdout, 'write').mockImplementation(keep);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep);
  try {
    await work(createLog('gatehouse-mcp', 'Gatehouse'));
  } finally {
    jest.restoreAllMocks();
  }
  return written
    .join('')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
}

/** One log line as CloudWatch reads it: its metrics and dimensions, with the directive that declares them. */
export function emfOf(line: Line | undefined) {
  const { _aws, stack, service, tool, code, dependency, backend, event } = line ?? {};
  const dimensions = { stack, service, tool, code, dependency, backend, event };
  const values = Object.values(METRICS).flatMap((name) => (line && name in line ? [[name, line[name]]] : []));
  return { _aws, dimensions, values: Object.fromEntries(values) };
}

export const directive = (dimensions: readonly string[][], ...metrics: readonly string[]) => ({
  Namespace: 'Gatehouse',
  Dimensions: dimensions,
  Metrics: metrics.map((Name) => ({ Name })),
});
export const emf = (...directives: readonly object[]) => ({
  Timestamp: expect.any(Number),
  CloudWatchMetrics: directives,
});
export const byFunction = [['stack', 'service']];
export const by = (dimension: string) => [['stack'], ['stack', dimension]];
export const GATEHOUSE = { stack: 'Gatehouse', service: 'gatehouse-mcp' };
