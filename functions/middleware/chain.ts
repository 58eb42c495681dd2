import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';

/**
 * A typed builder over middy. Middy's own generics let a wrong order compile; here a step names what it needs and what
 * it adds, and the order is checked by the compiler (test/types/chain.types.ts holds it).
 */
export type HttpEvent = APIGatewayProxyEventV2;
export type HttpResponse = APIGatewayProxyStructuredResultV2;

export interface Invocation {
  readonly event: HttpEvent;
  readonly lambda: Context;
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
}

export interface Chain<Call> {
  use<Adds>(step: Step<Call, Adds>): Chain<Call & Adds>;
  handler(respond: (call: Call) => HttpResponse | Promise<HttpResponse>): Handler;
}

export type Handler = (event: HttpEvent, context: Context) => Promise<HttpResponse>;

type AnyStep = Step<Invocation, object>;

export function chain(): Chain<Invocation> {
  return extend([]);
}

function extend<Call>(steps: readonly AnyStep[]): Chain<Call> {
  return {
    // The compiler checked Needs against Call at the call site; at run time every step sees the same growing object.
    use: <Adds>(step: Step<Call, Adds>) => extend<Call & Adds>([...steps, step as unknown as AnyStep]),
    handler: (respond) => build(steps, respond as unknown as (call: Invocation) => HttpResponse | Promise<HttpResponse>),
  };
}

function build(
  steps: readonly AnyStep[],
  respond: (call: Invocation) => HttpResponse | Promise<HttpResponse>,
): Handler {
  // Middy hands its handler only event and context; the call object travels beside the event.
  const calls = new WeakMap<object, Invocation>();
  const callOf = (event: HttpEvent, lambda: Context): Invocation => {
    const known = calls.get(event);
    if (known) return known;
    const made: Invocation = { event, lambda };
    calls.set(event, made);
    return made;
  };
  const chained = middy<HttpEvent, HttpResponse, Error>().handler((event, lambda) =>
    Promise.resolve(respond(callOf(event, lambda))),
  );
  for (const { before, after, onError } of steps) {
    chained.use({
      before: async ({ event, context }) => {
        const call = callOf(event, context);
        if (before) Object.assign(call, await before(call));
      },
      after: async (request) => {
        if (after) request.response = await after(callOf(request.event, request.context), request.response ?? {});
      },
      onError: async (request) => {
        if (!onError || request.response) return;
        const response = await onError(callOf(request.event, request.context), request.error);
        if (response) request.response = response;
      },
    });
  }
  return (event, context) => chained(event, context) as Promise<HttpResponse>;
}
