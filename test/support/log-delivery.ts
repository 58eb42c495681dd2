import { gzipSync } from 'node:zlib';
import type { CloudWatchLogsEvent } from 'aws-lambda';
import { NOW } from './config.ts';
import type { LogLine } from './log.ts';

/** What the subscription filter of a log hands over of these lines. */
export function deliveryOf(lines: readonly LogLine[], messageType = 'DATA_MESSAGE'): CloudWatchLogsEvent {
  const events = lines.filter(({ event }) => event === 'audit.fallback' || event === 'audit.sample');
  const logEvents = events.map(({ event, ...fields }, id) => {
    return { id: String(id), timestamp: NOW, message: JSON.stringify({ message: event, ...fields }) };
  });
  return { awslogs: { data: gzipSync(JSON.stringify({ messageType, logEvents })).toString('base64') } };
}
