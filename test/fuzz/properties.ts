import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { GatewayError } from '../../shared/core/errors.ts';
import { readJson } from '../../shared/protocol/json-text.ts';
import { readId } from '../../shared/protocol/jsonrpc.ts';
import type { RawAnswer } from '../support/raw-http.ts';
import { broken, MARKER, textsOf } from './invariants.ts';
import { bytes, message, odd, shape, text } from './messages.ts';
import {
  authorization,
  claims,
  foreignToken,
  type Headers,
  headers,
  method,
  preflight,
  target,
  wildHeaders,
} from './requests.ts';
import type { InProcess, Request, Subject } from './subject.ts';

/** One thing that holds for anything: by name, how many runs of a hundred it gets, and how it is tried. */
export interface Property<S extends Subject> {
  readonly name: string;
  readonly share: number;
  make(subject: S): fc.IAsyncProperty<unknown>;
}

/** Sends, and fails with the sentences of the invariants that the answer breaks. */
async function attack(subject: Subject, request: Request): Promise<RawAnswer> {
  const answer = await subject.ask(request);
  const size = request.body.length + request.target.length + request.headers.flat().join('').length;
  const violations = broken(answer, { size, ids: idsOf(request.body) });
  if (violations.length > 0) throw new Error(`${violations.join('; ')}: ${JSON.stringify(answer).slice(0, 2000)}`);
  return answer;
}

/** The ids in a body, by the reader that the gateway uses; test/shared/protocol/json-text.test.ts holds that one. */
function idsOf(body: string | Buffer): readonly unknown[] {
  try {
    const { body: value } = readJson(body.toString());
    return (Array.isArray(value) ? value : [value]).map(readId).filter((id) => id !== undefined);
  } catch (error) {
    if (error instanceof GatewayError) return [];
    throw error;
  }
}

const JSON_TYPE = ['content-type', 'application/json'] as const;
const signedIn = ({ token }: Subject, more: Headers = []): Headers => [
  JSON_TYPE,
  ['authorization', `Bearer ${token}`],
  ...more,
];
const post = (subject: Subject, body: string | Buffer, more: Headers = []): Request => ({
  method: 'POST',
  target: '/mcp',
  headers: signedIn(subject, more),
  body,
});

/** Beyond these a body is not looked at, so no id is known. */
const BEFORE_THE_BODY = [403, 405, 406, 413, 415];

export const ANYWHERE: ReadonlyArray<Property<Subject>> = [
  {
    name: 'any text as a body',
    share: 100,
    make: (subject) =>
      fc.asyncProperty(text, fc.constantFrom('/mcp', '/tools/echo'), async ({ body, headers: fit }, to) => {
        await attack(subject, { ...post(subject, body, fit), target: to });
      }),
  },
  {
    name: 'any bytes as a body',
    share: 40,
    make: (subject) =>
      fc.asyncProperty(bytes, async ({ body, headers: fit }) => {
        await attack(subject, post(subject, body, fit));
      }),
  },
  {
    name: 'any JSON as a message, its id echoed by value and type',
    share: 100,
    make: (subject) =>
      fc.asyncProperty(shape, headers, async (body, more) => {
        const sent = JSON.stringify(body);
        const answer = await attack(subject, post(subject, sent, more));
        const [id] = Array.isArray(body) ? [] : idsOf(sent);
        if (id === undefined || answer.body === '' || BEFORE_THE_BODY.includes(answer.status)) return;
        const told = JSON.parse(answer.body) as { id?: unknown; message?: string };
        // What the front refuses by itself, two Host headers say, never was a message.
        if (told.id !== id && told.message === undefined) throw new Error(`the id is missing: ${answer.body}`);
      }),
  },
  {
    name: 'any headers around a good message',
    share: 100,
    make: (subject) =>
      fc.asyncProperty(message, headers, async ({ body, headers: fit }, more) => {
        await attack(subject, post(subject, JSON.stringify(body), [...fit, ...more]));
      }),
  },
  {
    name: 'any method and path, signed in and not',
    share: 100,
    make: (subject) =>
      fc.asyncProperty(
        method,
        target,
        fc.boolean(),
        fc.oneof(
          text.map(({ body }) => body),
          fc.constant(''),
        ),
        async (verb, to, isKnown, body) => {
          const more = isKnown ? signedIn(subject) : [JSON_TYPE];
          await attack(subject, { method: verb, target: to, headers: more, body: verb === 'GET' ? '' : body });
        },
      ),
  },
  {
    name: 'any preflight',
    share: 20,
    make: (subject) =>
      fc.asyncProperty(preflight, fc.constantFrom('/mcp', '/tools/echo', '/health'), async (more, to) => {
        await attack(subject, { method: 'OPTIONS', target: to, headers: more, body: '' });
      }),
  },
  {
    name: 'any text as Authorization is refused',
    share: 60,
    make: (subject) =>
      fc.asyncProperty(authorization, fc.constantFrom('/mcp', '/debug-token', '/tools/whoami'), async (value, to) => {
        const verb = to === '/debug-token' ? 'GET' : 'POST';
        const body = verb === 'GET' ? '' : '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami"}}';
        const { status } = await attack(subject, {
          method: verb,
          target: to,
          headers: [JSON_TYPE, ['authorization', value]],
          body,
        });
        if (status !== 400 && status !== 401) throw new Error(`let in with ${status}`);
      }),
  },
];

const { privateKey } = generateKeyPairSync('ed25519');

/** Those that need a key of the issuer, tools of their own, or what no HTTP parser lets through. */
export const IN_PROCESS: ReadonlyArray<Property<InProcess>> = [
  {
    name: 'any header values, control characters and all',
    share: 60,
    make: (subject) =>
      fc.asyncProperty(message, wildHeaders, method, async ({ body, headers: fit }, more, verb) => {
        await attack(subject, { ...post(subject, JSON.stringify(body), [...fit, ...more]), method: verb });
      }),
  },
  {
    name: 'any header and claims signed by somebody else are 401',
    share: 40,
    make: (subject) =>
      fc.asyncProperty(foreignToken(privateKey), async (token) => {
        const { status } = await attack(subject, withToken(token));
        if (status !== 401) throw new Error(`let in with ${status}`);
      }),
  },
  {
    name: 'any claims signed by the issuer are refused, or are a user',
    share: 40,
    make: (subject) =>
      fc.asyncProperty(claims, async (any) => {
        const token = await subject.gateway.token(JSON.parse(JSON.stringify(any)) as object);
        const { status } = await attack(subject, withToken(token));
        if (![200, 401, 403].includes(status)) throw new Error(`answered ${status}`);
      }),
  },
  {
    name: 'any arguments: a tool runs with what its schema allows, else it does not run',
    share: 100,
    make: (subject) =>
      fc.asyncProperty(
        fc.constantFrom(...subject.registry.tools.map(({ name }) => name)),
        argumentsOf,
        async (name, args) => {
          const params = JSON.stringify({ name, arguments: args, _meta: { progressToken: MARKER } });
          const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;
          const answer = await attack(
            subject,
            post(subject, body, [['accept', 'application/json, text/event-stream']]),
          );
          requireApt(name, JSON.parse(params) as { arguments?: unknown }, answer);
        },
      ),
  },
];

function withToken(token: string): Request {
  const body = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami"}}';
  return { method: 'POST', target: '/mcp', headers: [JSON_TYPE, ['authorization', `Bearer ${token}`]], body };
}

const name = fc.constantFrom('text', 'rows', 'kind', 'count', 'list', 'either', '__proto__', 'constructor', 'x');
const value = fc.oneof(
  odd,
  fc.constantFrom<unknown>('a', 3, 11, [], [{ x: null }], { a: 1 }, JSON.parse('{"__proto__":1}')),
);
const argumentsOf = fc.oneof(
  fc.dictionary(name, value),
  fc.record({ text: fc.string({ maxLength: 50 }) }),
  fc.record({ rows: fc.dictionary(fc.oneof(fc.string(), name), fc.integer()) }),
  fc.record({ kind: fc.constantFrom('a', 'b', 'c'), list: fc.array(fc.record({ x: fc.oneof(fc.integer(), odd) })) }),
  odd,
);

/** What echo and loose must do, told without their schemas; and nothing that reached a tool has a strange prototype. */
function requireApt(tool: string, params: { arguments?: unknown }, answer: RawAnswer): void {
  const args = params.arguments === undefined ? {} : params.arguments;
  const { result } = JSON.parse(textsOf(answer).at(-1) ?? '{}') as {
    result?: { isError?: boolean; structuredContent?: Seen };
  };
  const ran = result !== undefined && result.isError !== true;
  const isObject = typeof args === 'object' && args !== null && !Array.isArray(args);
  if (ran && result.structuredContent?.isPlain === false) throw new Error('a strange prototype reached the tool');
  if (tool === 'loose' && ran !== (isObject && answer.status === 200)) throw new Error(`loose ran: ${ran}`);
  if (tool === 'echo' && ran !== isEcho(args) && answer.status === 200) throw new Error(`echo ran: ${ran}`);
}

interface Seen {
  readonly isPlain?: boolean;
}

function isEcho(args: unknown): boolean {
  if (typeof args !== 'object' || args === null || Object.keys(args).join() !== 'text') return false;
  const { text: said } = args as { text: unknown };
  return typeof said === 'string' && said.length >= 1 && said.length <= 4000;
}
