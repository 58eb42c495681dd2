import { matchRoute, pathOf, toEvent } from '../../cli/dev/http-event.ts';
import type { Dynamo } from '../../shared/aws/dynamodb.ts';
import { METHODS } from '../../shared/mcp/methods.ts';
import type { Registry } from '../../shared/registry/index.ts';
import { createTestGateway, type TestGateway } from '../support/gateway.ts';
import { exchange, type RawAnswer } from '../support/raw-http.ts';

/** A request as an attacker thinks of it, before it is an event or bytes. */
export interface Request {
  readonly method: string;
  readonly target: string;
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  readonly body: string | Buffer;
}

/** What is attacked: the handlers in this process, or a gateway behind its port. */
export interface Subject {
  /** @throws Error when the request was not answered, or did something that no request may do */
  ask(request: Request): Promise<RawAnswer>;
  /** A token of a user who may use every tool. */
  readonly token: string;
  readonly registry: Registry;
}

/** As infra/gateway-stack.ts has them; test/infra/stack.test.ts holds that. */
const ROUTES = ['ANY /mcp', 'ANY /tools/{name}', 'ANY /.well-known/{proxy+}', '$default'];
/** Link and user, intent and outcome, key and round of a question: work is bounded, whatever is sent. */
const MOST_STEPS = 12;

export interface InProcess extends Subject {
  readonly gateway: TestGateway;
}

export async function createInProcess(registry: Registry): Promise<InProcess> {
  const count = { steps: 0 };
  const stand = { ...inMemory(count), identities: 'identities', audit: 'audit', state: 'state', demo: 'demo' };
  const gateway = createTestGateway(stand, { registry });
  const token = await gateway.token();
  const ask = async (request: Request): Promise<RawAnswer> => {
    count.steps = 0;
    gateway.lines.length = 0;
    const { statusCode = 200, headers = {}, body = '' } = await gateway.handle(eventOf(request));
    const requests = requireQuiet(gateway, registry);
    // A preflight is answered before the chain, whose last step writes the line; a batch goes through it for each.
    if (requests === 0 && request.method !== 'OPTIONS') throw new Error('no log line for the request');
    if (count.steps > MOST_STEPS * requests) throw new Error(`${count.steps} operations for ${requests} requests`);
    return { status: statusCode, headers: Object.entries(headers).map(([name, value]) => [name, String(value)]), body };
  };
  return { ask, token, registry, gateway };
}

function eventOf({ method, target, headers, body }: Request) {
  const received = {
    method,
    target,
    httpVersion: '1.1',
    rawHeaders: headers.flat(),
    remoteAddress: '192.0.2.1',
  };
  const route = matchRoute(ROUTES, method, pathOf(received)) ?? { key: '$default', pathParameters: undefined };
  const event = toEvent(received, Buffer.from(body), route);
  // Text stays text, so that half a surrogate pair arrives as one.
  return typeof body === 'string' ? { ...event, body, isBase64Encoded: false } : event;
}

/** Only names of ours are logged, nothing is a defect, and no prototype was changed. Returns the requests logged. */
function requireQuiet({ lines }: TestGateway, { tools, prompts, resources }: Registry): number {
  const names = new Set<unknown>([undefined, ...[...tools, ...prompts, ...resources].map(({ name }) => name)]);
  const methods = new Set<unknown>([undefined, ...METHODS.keys()]);
  const odd = lines.filter(({ level, tool, method }) => level === 'error' || !names.has(tool) || !methods.has(method));
  if (odd.length > 0) throw new Error(`odd log lines: ${JSON.stringify(odd)}`);
  if (/zq9|<script/.test(JSON.stringify(lines))) throw new Error(`the log shows the marker: ${JSON.stringify(lines)}`);
  const polluted = [Object.prototype, Array.prototype, Function.prototype].flatMap((one) => Object.keys(one));
  if (polluted.length > 0) throw new Error(`a prototype has ${polluted.join()}`);
  return lines.filter(({ event }) => event === 'request').length;
}

/** Enough of a database, and a count of what was asked of it. */
function inMemory(count: { steps: number }) {
  const items = new Map<string, Readonly<Record<string, unknown>>>();
  const keyOf = (table: string, { pk, sk }: { pk: string; sk: string }) => JSON.stringify([table, pk, sk]);
  const dynamo: Dynamo = {
    get: async (table, key) => {
      count.steps++;
      return items.get(keyOf(table, key));
    },
    putIfAbsent: async (table, item) => {
      count.steps++;
      const existing = items.get(keyOf(table, item));
      // The trail of a long run would fill the memory, and nothing here reads it.
      if (existing === undefined && table !== 'audit') items.set(keyOf(table, item), item);
      return existing === undefined ? { created: true } : { created: false, existing };
    },
    put: async (table, item) => {
      count.steps++;
      items.set(keyOf(table, item), item);
    },
    delete: async (table, key) => {
      count.steps++;
      items.delete(keyOf(table, key));
    },
    query: async () => ({ items: [], cursor: undefined }),
  };
  return { dynamo, endpoint: '', dump: async () => [...items.values()], stop: async () => undefined };
}

export function createOverHttp(port: number, token: string, registry: Registry): Subject {
  return {
    token,
    registry,
    ask: async (request) => {
      const { answers, end } = await exchange(port, bytesOf(request), { isHead: request.method === 'HEAD' });
      const final = answers.find(({ status }) => status >= 200);
      if (final === undefined) throw new Error(`no answer: ${end}`);
      return final;
    },
  };
}

/** A whole request on the wire. What a header cannot carry goes out as it is: that is the point. */
function bytesOf({ method, target, headers, body }: Request): Buffer {
  const bytes = Buffer.from(body);
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const head = `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${bytes.length}\r\n`;
  return Buffer.concat([Buffer.from(`${head}${lines}\r\n`, 'latin1'), bytes]);
}

/** Counts the answers by status and type: a fuzzer that is refused at the first door each time proves nothing of the others. */
export function counting<S extends Subject>(subject: S, seen: Map<string, number>): S {
  const ask = async (request: Request): Promise<RawAnswer> => {
    const answer = await subject.ask(request);
    const isStream = answer.body.startsWith('event: ');
    const kind = `${answer.status}${isStream ? ' stream' : ''}`;
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return answer;
  };
  return { ...subject, ask };
}
