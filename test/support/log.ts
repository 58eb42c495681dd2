import type { Log, LogFields } from '../../shared/core/logger.ts';

export interface LogLine extends Record<string, unknown> {
  readonly level: string;
  readonly event: string;
}

/** A log that keeps its lines. */
export function captureLog(): { readonly log: Log; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const make = (bound: LogFields): Log => ({
    info: (event, fields) => void lines.push({ level: 'info', event, ...bound, ...fields }),
    warn: (event, fields) => void lines.push({ level: 'warn', event, ...bound, ...fields }),
    error: (event, fields) => void lines.push({ level: 'error', event, ...bound, ...fields }),
    with: (fields) => make({ ...bound, ...fields }),
  });
  return { log: make({}), lines };
}
