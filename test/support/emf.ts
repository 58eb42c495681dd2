import { expect, jest } from '@jest/globals';
import { createLog } from '../../shared/core/logger.ts';
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
  const written: string[] = [];
  const keep = (chunk: unknown) => written.push(String(chunk)) > 0;
  jest.spyOn(process.stdout, 'write').mockImplementation(keep);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep);
  let ticks = 0;
  const timer = () => {
    ticks += 1.5;
    return ticks;
  };
  try {
    await work(createTestGateway(database, { log: createLog('gatehouse-mcp', 'Gatehouse'), timer, ...options }));
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
  const { _aws, stack, service, tool, code, dependency, event } = line ?? {};
  const dimensions = { stack, service, tool, code, dependency, event };
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
