import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { systemTimer, type Timer } from '../../shared/core/clock.ts';

/**
 * A typed builder over middy. Middy's own generics let a wrong order compile; here a step names what it needs and what
 * it adds, and the order is checked by the compiler (test/types/chain.types.ts holds it).
 */
export type HttpEvent = APIGatewayProxyEventV2;
export type HttpResponse = APIGatewayProxyStructuredResultV2;

export interface Invocation {
  readonly event: HttpEvent;
  readonly lambda: Context;
  /** Milliseconds each step took so far: `name` on the way in, `name.after` on the way out, and `handler`. */
  readonly timings: Map<string, number>;
}

export interface Step<Needs, Adds> {
  readonly name: string;
  /** Returns what this step adds, or throws a GatewayError. Never returns a response: that would skip every `after`. */
  readonly before?: (call: Needs) => Adds | Promise<Adds>;
  readonly after?: (call: Needs & Adds, response: HttpResponse) => HttpResponse | Promise<HttpResponse>;
  /**
   * Sees every error, also of steps before it, so nothing but the invocation is certain. Returns the answer, or nothing
   * to leave the error to the steps registered before it.
   */
  readonly onError?: (
    call: Invocation & Partial<Needs & Adds>,
    error: unknown,
  ) => HttpResponse | undefined | Promise<HttpResponse | undefined>;
  /** Runs once on every answer, of a success or a refusal, last registered first: headers that all answers carry, the log line. */
  readonly seal?: (call: Invocation & Partial<Needs & Adds>, response: HttpResponse, error: unknown) => HttpResponse;
}

export interface Chain<Call> {
  use<Adds>(step: Step<Call, Adds>): Chain<Call & Adds>;
  handler(respond: (call: Call) => HttpResponse | Promise<HttpResponse>): Handler;
}

export type Handler = (event: HttpEvent, context: Context) => Promise<HttpResponse>;

type AnyStep = Step<Invocation, object>;

export function chain(timer: Timer = systemTimer): Chain<Invocation> {
  return extend([], timer);
}

function extend<Call>(steps: readonly AnyStep[], timer: Timer): Chain<Call> {
  return {
    // The compiler checked Needs against Call at the call site; at run time every step sees the same growing object.
    use: <Adds>(step: Step<Call, Adds>) => extend<Call & Adds>([...steps, step as unknown as AnyStep], timer),
    handler: (respond) =>
      build(steps, respond as unknown as (call: Invocation) => HttpResponse | Promise<HttpResponse>, timer),
  };
}

interface Running {
  readonly call: Invocation;
  error: unknown;
}

function build(
  steps: readonly AnyStep[],
  respond: (call: Invocation) => HttpResponse | Promise<HttpResponse>,
  timer: Timer,
): Handler {
  // Middy hands its handler only event and context; the call object travels beside the event.
  const running = new WeakMap<object, Running>();
  const runOf = (event: HttpEvent, lambda: Context): Running => {
    const known = running.get(event);
    if (known) return known;
    const made: Running = { call: { event, lambda, timings: new Map() }, error: undefined };
    running.set(event, made);
    return made;
  };
  const took = ({ timings }: Invocation, name: string, started: number) => {
    timings.set(name, (timings.get(name) ?? 0) + timer() - started);
  };
  const chained = middy<HttpEvent, HttpResponse, Error>().handler(async (event, lambda) => {
    const { call } = runOf(event, lambda);
    const started = timer();
    try {
      return await respond(call);
    } finally {
      took(call, 'handler', started);
    }
  });
  for (const step of steps) chained.use(toMiddleware(step, runOf, { timer, took }));
  const sealers = steps.filter((step) => step.seal).reverse();
  return async (event, lambda) => {
    const response = (await chained(event, lambda)) as HttpResponse;
    const { call, error } = runOf(event, lambda);
    return sealers.reduce((sealed, step) => step.seal?.(call, sealed, error) ?? sealed, response);
  };
}

interface Stopwatch {
  readonly timer: Timer;
  readonly took: (call: Invocation, name: string, started: number) => void;
}

/** Timed in place and not by a wrapper: a dozen steps a request would be a dozen promises more. */
function toMiddleware(
  { name, before, after, onError }: AnyStep,
  runOf: (event: HttpEvent, lambda: Context) => Running,
  { timer, took }: Stopwatch,
) {
  return {
    before: async ({ event, context }: Pick<middy.Request<HttpEvent, HttpResponse>, 'event' | 'context'>) => {
      if (!before) return;
      const { call } = runOf(event, context);
      const started = timer();
      try {
        Object.assign(call, await before(call));
      } finally {
        took(call, name, started);
      }
    },
    // Left out where there is nothing to do: middy waits for every one it has.
    ...(after && {
      after: async (request: middy.Request<HttpEvent, HttpResponse>) => {
        const { call } = runOf(request.event, request.context);
        const started = timer();
        try {
          request.response = await after(call, request.response ?? {});
        } finally {
          took(call, `${name}.after`, started);
        }
      },
    }),
    onError: async (request: middy.Request<HttpEvent, HttpResponse>) => {
      const run = runOf(request.event, request.context);
      run.error = request.error;
      if (!onError || request.response) return;
      const started = timer();
      const response = await onError(run.call, request.error);
      took(run.call, `${name}.after`, started);
      if (response) request.response = response;
    },
  };
}
