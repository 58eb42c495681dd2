import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';

/** Fields of one log line. Scalars only: nothing that could carry a token, a claim set or arguments fits. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** A logger whose every line also carries these fields. */
  with(fields: LogFields): Log;
}

/** One JSON line per event through Powertools. The function name and version come from the Lambda environment. */
export function createLog(service: string): Log {
  return adapt(new PowertoolsLogger({ serviceName: service, logLevel: 'INFO' }), {});
}

function adapt(logger: PowertoolsLogger, bound: LogFields): Log {
  return {
    info: (event, fields) => logger.info(event, { ...bound, ...fields }),
    warn: (event, fields) => logger.warn(event, { ...bound, ...fields }),
    error: (event, fields) => logger.error(event, { ...bound, ...fields }),
    with: (fields) => adapt(logger, { ...bound, ...fields }),
  };
}
