import { gunzipSync } from 'node:zlib';
import type { CloudWatchLogsDecodedData, CloudWatchLogsEvent, SQSEvent } from 'aws-lambda';
import { createPutBack } from '../../shared/audit/put-back.ts';
import { replay } from '../../shared/audit/replay.ts';
import { reportFailures } from '../../shared/aws/report-failures.ts';
import type { FunctionEnvironment } from '../../shared/core/config.ts';
import { type Ports, requireTable, tablesOf } from '../ports.ts';

export interface ReplayEnvironment extends FunctionEnvironment {
  readonly SEALS_TABLE?: string;
}

export type ReplayPorts = Pick<Ports, 'clock' | 'log' | 'dynamo'>;

/** Of the logs; or of the queue where Lambda keeps deliveries that failed, whole in the member `requestPayload`. */
export type ReplayEvent = CloudWatchLogsEvent | SQSEvent;

/**
 * Subscription filters of the logs of mcp and oauth: what sink B took goes into the table. Throws when the table does not
 * take it: Lambda delivers twice more, then by way of the queue, for 14 days.
 */
export function createHandler(env: ReplayEnvironment, { clock, log, dynamo: given }: ReplayPorts) {
  const table = requireTable('AUDIT_TABLE', env.AUDIT_TABLE);
  const dynamo = reportFailures(given, tablesOf(env), log);
  const putBack = createPutBack(dynamo, requireTable('SEALS_TABLE', env.SEALS_TABLE));
  return async (event: ReplayEvent): Promise<void> => {
    const counts = await replay(deliveriesIn(event).flatMap(linesOf), { dynamo, table, putBack, clock, log });
    log.info('audit.replayed', { ...counts });
  };
}

function deliveriesIn(event: ReplayEvent): readonly CloudWatchLogsEvent[] {
  if ('awslogs' in event) return [event];
  return event.Records.map(({ body }) => (JSON.parse(body) as { requestPayload: CloudWatchLogsEvent }).requestPayload);
}

/** CONTROL_MESSAGE: CloudWatch tries whether it may deliver. */
function linesOf({ awslogs }: CloudWatchLogsEvent): readonly string[] {
  const text = gunzipSync(Buffer.from(awslogs.data, 'base64')).toString('utf8');
  const { messageType, logEvents } = JSON.parse(text) as CloudWatchLogsDecodedData;
  return messageType === 'DATA_MESSAGE' ? logEvents.map(({ message }) => message) : [];
}
