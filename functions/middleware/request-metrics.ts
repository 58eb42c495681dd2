import { errorRow } from '../../shared/core/error-table.ts';
import { GatewayError, isDenial } from '../../shared/core/errors.ts';
import { METRICS, type MetricGroup, type MetricName } from '../../shared/core/metrics.ts';
import type { Invocation } from './chain.ts';

/** The stages of a call that wait for something or run something, by the name under which the chain times them. */
const STAGES: ReadonlyArray<readonly [step: string, metric: MetricName]> = [
  ['verifyJwt', METRICS.verify],
  ['resolveUid', METRICS.identity],
  ['audit', METRICS.intent],
  ['handler', METRICS.execute],
  ['audit.after', METRICS.outcome],
];

/** What later steps may have left: names of ours and how the call ended. */
interface Noted extends Recorded {
  readonly note?: { readonly tool?: unknown };
}

export interface Recorded {
  readonly record?: { readonly receipt: unknown; readonly ended?: { readonly isError: boolean } };
}

export interface RequestEnd {
  readonly error: unknown;
  readonly latencyMs: number;
  readonly isCold: boolean;
}

/** The metrics of one request, for its log line. */
export function requestMetrics(call: Invocation, { error, latencyMs, isCold }: RequestEnd): readonly MetricGroup[] {
  const cold = isCold ? { [METRICS.coldStarts]: 1 } : {};
  return [
    { values: { [METRICS.latency]: latencyMs, ...cold, ...stageTimes(call.timings) } },
    ...callMetrics(call as Invocation & Noted),
    ...refusalMetrics(call as Invocation & Noted, error),
  ];
}

function stageTimes(timings: ReadonlyMap<string, number>): MetricGroup['values'] {
  const values: Partial<Record<MetricName, number>> = {};
  for (const [step, metric] of STAGES) {
    // The way out is taken by refusals too, where nothing is waited for.
    if (metric === METRICS.outcome && !timings.has('handler')) continue;
    const ms = timings.get(step);
    if (ms !== undefined) values[metric] = Math.round(ms * 100) / 100;
  }
  return values;
}

/** A call counts when its intent is written: what was refused before is a denial. */
function callMetrics({ note, record }: Noted): readonly MetricGroup[] {
  if (record?.receipt === undefined || typeof note?.tool !== 'string') return [];
  const failed = record.ended?.isError === false ? {} : { [METRICS.failedCalls]: 1 };
  return [{ values: { [METRICS.calls]: 1, ...failed }, by: { tool: note.tool } }];
}

/** As the trail has it: what was allowed and then found nothing is a failed call, although both are answered alike. */
export function wasDenied({ record }: Recorded, error: unknown): error is GatewayError {
  return isDenial(error) && record?.receipt === undefined;
}

/** Whoever gets a challenge and is no denied user failed to authenticate. */
export function isAuthFailure(call: Recorded, error: GatewayError): boolean {
  return errorRow(error.code).challenge !== 'none' && !wasDenied(call, error);
}

function refusalMetrics(call: Recorded, error: unknown): readonly MetricGroup[] {
  if (!(error instanceof GatewayError)) return [];
  const { code } = error;
  if (wasDenied(call, error)) return [{ values: { [METRICS.denials]: 1 }, by: { code } }];
  return isAuthFailure(call, error) ? [{ values: { [METRICS.authFailures]: 1 }, by: { code } }] : [];
}
