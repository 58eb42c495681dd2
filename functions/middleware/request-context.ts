import type { Clock } from '../../shared/core/clock.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import type { Log, LogFields } from '../../shared/core/logger.ts';
import type { Account, Principal } from '../../shared/core/principal.ts';
import { readTraceparent } from '../../shared/protocol/trace-context.ts';
import type { Invocation, Step } from './chain.ts';
import { type HttpRequest, readHttp, withHeaders } from './http.ts';
import { type Recorded, requestMetrics, wasDenied } from './request-metrics.ts';
import { type Traced, traceFields } from './trace.ts';

export interface RequestContext extends Traced {
  readonly http: HttpRequest;
  /** API Gateway's own request id: never one that a client sent. */
  readonly requestId: string;
  readonly log: Log;
  readonly startedAt: number;
  /** Epoch milliseconds after which a tool is given up: 24 s at most, and 2 s are kept for the outcome record. */
  readonly deadline: number;
}

export const TOOL_BUDGET_MS = 24_000;
export const OUTCOME_RESERVE_MS = 2_000;

/** What later steps may have added by the time the answer leaves. Only verified or known values: no client text. */
interface Noted extends Recorded {
  readonly principal?: Principal;
  readonly account?: Account;
  readonly target?: object;
  readonly note?: LogFields;
}

/** Request id, logger, clock and remaining time; one log line per request; `x-request-id` on every answer. */
export function requestContext(ports: { readonly clock: Clock; readonly log: Log }): Step<Invocation, RequestContext> {
  // One function, one chain: its first request is the cold start.
  let isCold = true;
  return {
    name: 'requestContext',
    before: ({ event, lambda }) => {
      const startedAt = ports.clock();
      const http = readHttp(event);
      const trace = readTraceparent(http.headers['traceparent']);
      const requestId = event.requestContext.requestId;
      const remaining = lambda.getRemainingTimeInMillis() - OUTCOME_RESERVE_MS;
      return {
        http,
        requestId,
        trace,
        log: ports.log.with({ requestId, ...traceFields(trace) }),
        startedAt,
        deadline: startedAt + Math.max(0, Math.min(TOOL_BUDGET_MS, remaining)),
      };
    },
    seal: (call, response, error) => {
      const noted = call as typeof call & Noted;
      const latencyMs = ports.clock() - (call.startedAt ?? ports.clock());
      const fields = {
        route: call.event.routeKey,
        status: response.statusCode,
        ...noted.note,
        uid: noted.account?.uid,
        clientId: noted.principal?.clientId,
        decision: wasDenied(noted, error) ? 'denied' : noted.target && 'allowed',
        code: error instanceof GatewayError ? error.code : error ? 'GATEWAY_ERROR' : undefined,
        reason: error instanceof GatewayError ? error.reason : undefined,
        latencyMs,
      };
      (call.log ?? ports.log).info('request', fields, requestMetrics(call, { error, latencyMs, isCold }));
      isCold = false;
      return withHeaders(response, {
        'x-request-id': call.event.requestContext.requestId,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
    },
  };
}
