import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** The SDK's older form of a signal: one of the platform costs a tenth of a request's processor time. */
export interface Abort {
  aborted: boolean;
  onabort: (() => void) | null;
}

/**
 * Gives a request its signal by way of its input. As an option of `send` it would cost another tenth: with options the
 * SDK builds its chain of middleware anew for every request. Each attempt looks at it, so after an abort none is made.
 */
export function carrySignals(client: DynamoDBClient): (input: object, signal: Abort) => void {
  const signals = new WeakMap<object, Abort>();
  client.middlewareStack.add(
    (next) => (args) => {
      const signal = signals.get(args.input);
      if (signal !== undefined && typeof args.request === 'object' && args.request !== null) {
        signals.set(args.request, signal);
      }
      return next(args);
    },
    // The innermost of all: what it sees is what the request handler gets, of every attempt.
    { step: 'deserialize', priority: 'low', name: 'carrySignals' },
  );
  const { requestHandler } = client.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (request, options) => {
    const abortSignal = signals.get(request);
    return handle(request, abortSignal === undefined ? options : { ...options, abortSignal });
  };
  return (input, signal) => void signals.set(input, signal);
}
