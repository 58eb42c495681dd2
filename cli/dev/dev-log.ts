import type { Log, LogFields } from '../../shared/core/logger.ts';

/** Of use to machines: they are in the JSON that deployed functions write. */
const HIDDEN: ReadonlySet<string> = new Set(['requestId', 'traceId', 'spanId']);

/** One short line an event, for a person at a terminal, without ids and metrics. */
export function createDevLog(write: (line: string) => void, bound: LogFields = {}): Log {
  const line = (level: string, event: string, fields: LogFields = {}) => {
    const time = new Date().toTimeString().slice(0, 8);
    const shown = Object.entries({ ...bound, ...fields })
      .filter(([name, value]) => value !== undefined && value !== null && !HIDDEN.has(name))
      .map(([name, value]) => `${name}=${value}`);
    write([time, level, event, ...shown].filter(Boolean).join(' '));
  };
  return {
    info: (event, fields) => line('', event, fields),
    warn: (event, fields) => line('WARN', event, fields),
    error: (event, fields) => line('ERROR', event, fields),
    with: (fields) => createDevLog(write, { ...bound, ...fields }),
  };
}
