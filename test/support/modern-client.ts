import type { Answer, TestGateway } from './gateway.ts';
import { modern, modernHeaders } from './messages.ts';

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

export interface ModernCall {
  readonly token?: string;
  readonly capabilities?: object;
  readonly headers?: Record<string, string>;
  readonly meta?: object;
}

/** A request of revision 2026-07-28 with the headers that belong to it. */
export function callModern(
  gateway: TestGateway,
  method: string,
  params: Readonly<Record<string, unknown>>,
  { token, capabilities = {}, headers = {}, meta = {} }: ModernCall = {},
): Promise<Answer> {
  const named = method === 'resources/read' ? params['uri'] : params['name'];
  const message = modern(method, { ...params, _meta: { [CAPABILITIES]: capabilities, ...meta } });
  return gateway.rpc(message, {
    ...(token === undefined ? {} : { token }),
    headers: { ...modernHeaders(method, typeof named === 'string' ? named : undefined), ...headers },
  });
}

/** The result, or status and codes of the refusal. */
export function outcomeOf({ status, body }: Answer): Readonly<Record<string, unknown>> {
  const { result, error } = body as {
    result?: Record<string, unknown>;
    error?: { code: number; data: Record<string, unknown> };
  };
  if (result === undefined) return { status, rpc: error?.code, code: error?.data['code'] };
  const { _meta: _, ...rest } = result;
  return rest;
}
