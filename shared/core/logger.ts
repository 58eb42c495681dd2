import { LogFormatter, LogItem, Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { type Dependency, METRICS, type MetricGroup, toEmf } from './metrics.ts';

/** Fields of one log line. Scalars only: nothing that could carry a token, a claim set or arguments fits. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>> & {
  /** A person must look: counted as the metric `alarms` under the name of the event. */
  readonly alarm?: true;
  /** This dependency failed: counted as one of its errors. */
  readonly dependency?: Dependency;
};

export interface Log {
  info(event: string, fields?: LogFields, metrics?: readonly MetricGroup[]): void;
  warn(event: string, fields?: LogFields, metrics?: readonly MetricGroup[]): void;
  error(event: string, fields?: LogFields): void;
  /** A logger whose every line also carries these fields. */
  with(fields: LogFields): Log;
}

/**
 * One JSON line per event through Powertools, which adds X-Ray's trace id. `stack` tells gateways of one account apart
 * in metrics.
 */
export function createLog(service: string, stack: string): Log {
  const logger = new FlatLogger({ serviceName: service, logLevel: 'INFO', logFormatter: new FlatFormatter() });
  return adapt(logger, stack, {});
}

function adapt(logger: PowertoolsLogger, stack: string, bound: LogFields): Log {
  const line = (level: 'info' | 'warn' | 'error', event: string, own?: LogFields, metrics?: readonly MetricGroup[]) => {
    const fields = { ...bound, ...own };
    const groups = [...(metrics ?? []), ...groupsOf(event, fields)];
    logger[level](event, groups.length === 0 ? fields : { ...fields, ...toEmf(groups, stack, Date.now()) });
  };
  return {
    info: (event, fields, metrics) => line('info', event, fields, metrics),
    warn: (event, fields, metrics) => line('warn', event, fields, metrics),
    error: (event, fields) => line('error', event, fields),
    with: (fields) => adapt(logger, stack, { ...bound, ...fields }),
  };
}

function groupsOf(event: string, { alarm, dependency }: LogFields): readonly MetricGroup[] {
  return [
    ...(alarm === undefined ? [] : [{ values: { [METRICS.alarms]: 1 }, by: { event } }]),
    ...(dependency === undefined ? [] : [{ values: { [METRICS.dependencyErrors]: 1 }, by: { dependency } }]),
  ];
}

/**
 * Powertools as it is, but for the last step. Its replacer looks for errors, big integers and circles, which are no
 * fields of ours, and makes a line cost twice as much; its console formats a text that needs none (docs/adr/0011).
 */
class FlatLogger extends PowertoolsLogger {
  protected override printLog(_level: number, item: LogItem): void {
    const { level } = item.getAttributes();
    const stream = level === 'INFO' ? process.stdout : process.stderr;
    stream.write(`${JSON.stringify(item.getAttributes())}\n`);
  }
}

/** Our fields are flat already: without the library's deep merge a line with metrics costs half (docs/adr/0009). */
class FlatFormatter extends LogFormatter {
  override formatAttributes(line: UnformattedAttributes, fields: LogAttributes): LogItem {
    return new FlatItem({
      attributes: {
        level: line.logLevel,
        message: line.message,
        timestamp: this.formatTimestamp(line.timestamp),
        service: line.serviceName,
        xray_trace_id: line.xRayTraceId,
        ...fields,
      },
    });
  }
}

/** JSON leaves out what is undefined by itself. */
class FlatItem extends LogItem {
  override prepareForPrint(): void {}
}
