import { gzipSync } from 'node:zlib';
import type { CloudWatchLogsEvent, SQSEvent } from 'aws-lambda';
import { createHandler as createReplay } from '../../../functions/audit-replay/handler.ts';
import { createHandler as createSeal } from '../../../functions/audit-seal/handler.ts';
import { createHandler as createSweep } from '../../../functions/audit-sweep/handler.ts';
import type { Job } from '../plan.ts';
import { TABLES } from './gateway.ts';
import type { Start } from './jobs.ts';
import type { LogLine } from './world.ts';

const env = {
  AUDIT_TABLE: TABLES.audit,
  STATE_TABLE: TABLES.state,
  SEALS_TABLE: TABLES.seals,
  AUDIT_LOG: 'gatehouse-audit/123456789012/eu-west-1/History',
};

/** The functions beside the handler, as they are deployed. */
export const FUNCTIONS: Readonly<Record<Job, Start>> = {
  sweep: (ports) => createSweep(env, ports),
  replay: (ports) => {
    const handler = createReplay(env, ports);
    return (event) => handler(event as CloudWatchLogsEvent | SQSEvent);
  },
  seal: (ports) => createSeal(env, ports),
};

/** As CloudWatch Logs hands lines to a subscription. */
export function logsEvent(lines: readonly LogLine[]): CloudWatchLogsEvent {
  const logEvents = lines.map(({ order, at, level, event, fields }) => ({
    id: String(order),
    timestamp: at,
    message: JSON.stringify({ level, message: event, ...fields }),
  }));
  const data = {
    messageType: 'DATA_MESSAGE',
    owner: '1',
    logGroup: 'mcp',
    logStream: '1',
    subscriptionFilters: [],
    logEvents,
  };
  return { awslogs: { data: gzipSync(JSON.stringify(data)).toString('base64') } };
}

/** As the queue hands over what Lambda gave up. */
export function queuedEvent(requestPayload: CloudWatchLogsEvent): SQSEvent {
  return { Records: [{ body: JSON.stringify({ requestPayload }) }] } as unknown as SQSEvent;
}
