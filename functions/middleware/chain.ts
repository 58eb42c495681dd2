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
   * to leave the error to the steps registered before it. What it throws takes the place of the error.
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

/**
 * What travels along one request, in the place of Lambda's context: middy hands its handler only event and context.
 * Without a `getRemainingTimeInMillis` in it middy sets no timer of its own; the deadline of a call is ours.
 */
interface Running {
  readonly call: Invocation;
  error: unknown;
}

type Request = middy.Request<HttpEvent, HttpResponse>;

function build(
  steps: readonly AnyStep[],
  respond: (call: Invocation) => HttpResponse | Promise<HttpResponse>,
  timer: Timer,
): Handler {
  const timed = timedBy(timer);
  const chained = middy<HttpEvent, HttpResponse, Error>().handler((_event, context) => {
    const { call } = runningIn(context);
    return timed(call, 'handler', async () => respond(call));
  });
  // Only what a step has, and promises only where it waits: middy takes a turn for every other one (docs/adr/0011).
  for (const step of steps) {
    if (step.before) chained.before(toBefore(step.name, step.before, timed));
    if (step.after) chained.after(toAfter(step.name, step.after, timed));
    if (step.onError) chained.onError(toOnError(step.name, step.onError, timed));
  }
  // The last one added is the first to see an error.
  chained.onError((request) => {
    runningIn(request.context).error = request.error;
  });
  const sealers = steps.filter((step) => step.seal).reverse();
  return async (event, lambda) => {
    const running: Running = { call: { event, lambda, timings: new Map() }, error: undefined };
    const response = (await chained(event, running as unknown as Context)) as HttpResponse;
    return sealers.reduce((sealed, step) => step.seal?.(running.call, sealed, running.error) ?? sealed, response);
  };
}

function runningIn(context: unknown): Running {
  return context as Running;
}

type Timed = <T>(call: Invocation, name: string, work: () => T | Promise<T>) => T | Promise<T>;

/** Only what waits is timed: everything else takes microseconds. */
function timedBy(timer: Timer): Timed {
  const wait = async <T>({ timings }: Invocation, name: string, started: number, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      timings.set(name, (timings.get(name) ?? 0) + timer() - started);
    }
  };
  return (call, name, work) => {
    const started = timer();
    const result = work();
    return result instanceof Promise ? wait(call, name, started, result) : result;
  };
}

function toBefore(name: string, before: NonNullable<AnyStep['before']>, timed: Timed) {
  return ({ context }: Request): undefined | Promise<undefined> => {
    const { call } = runningIn(context);
    const added = timed(call, name, () => before(call));
    const add = (more: object): undefined => void Object.assign(call, more);
    return added instanceof Promise ? added.then(add) : add(added);
  };
}

function toAfter(name: string, after: NonNullable<AnyStep['after']>, timed: Timed) {
  return async (request: Request): Promise<void> => {
    const { call } = runningIn(request.context);
    request.response = await timed(call, `${name}.after`, () => after(call, request.response ?? {}));
  };
}

function toOnError(name: string, onError: NonNullable<AnyStep['onError']>, timed: Timed) {
  return async (request: Request): Promise<void> => {
    if (request.response) return;
    const running = runningIn(request.context);
    const { call, error } = running;
    try {
      const response = await timed(call, `${name}.after`, () => onError(call, error));
      if (response) request.response = response;
    } catch (graver) {
      running.error = graver;
    }
  };
}
