import type { SignRequest } from '../aws/sign-request.ts';
import { isObject, own } from '../core/json-object.ts';
import { NetError } from '../net/net-error.ts';
import type { NetAnswer, NetRequest, Send } from '../net/send.ts';
import { CredentialsUnavailable } from './auth/mode.ts';

/** Lambda takes 6 MB an invocation (its quotas page), in which the body is a text within a text. */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;
/** Of the header, base64 (Invoke, X-Amz-Client-Context). */
const MAX_CONTEXT_BYTES = 3583;

export const LAMBDA_REQUEST_HEADERS = [
  'authorization',
  'content-type',
  'x-amz-client-context',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-invocation-type',
  'x-amz-security-token',
];
export const LAMBDA_RESPONSE_HEADERS = ['x-amz-function-error', 'retry-after'];

/** The member of `clientContext.custom` in which the function finds the assertion. */
const ASSERTION = 'gatehouse-assertion';

export interface LambdaTarget {
  readonly host: string;
  readonly region: string;
  readonly path: string;
}

/** `arn:aws:lambda:eu-central-1:123456789012:function:crm` or with `:alias`. */
export const FUNCTION_ARN = /^arn:(aws[a-z-]*):lambda:([a-z0-9-]+):\d{12}:function:[\w-]{1,64}(?::[\w$-]{1,128})?$/;

/** @throws Error for what is no ARN of a function */
export function lambdaTarget(arn: string): LambdaTarget {
  const [, partition, region = ''] = FUNCTION_ARN.exec(arn) ?? [];
  if (partition === undefined) throw new Error('no ARN of a function');
  const host = `lambda.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
  return { host, region, path: `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations` };
}

/**
 * A function in the place of an HTTP API: the request becomes an event in payload format 2.0, the answer of the function
 * an answer. The assertion is in the client context and not in the event, which functions like to log.
 *
 * @param send a way out to the Lambda API and nowhere else
 */
export function invokeInstead(send: Send, sign: SignRequest, { host, region, path }: LambdaTarget): Send {
  return async (request, limits) => {
    const body = JSON.stringify(toEvent(request));
    const context = toContext(request);
    // Said before anything is sent: Lambda would say it after.
    if (Buffer.byteLength(body) > MAX_PAYLOAD_BYTES) return { status: 413, headers: {}, body: NOTHING };
    if (context.length > MAX_CONTEXT_BYTES) throw new NetError('request_refused');
    const headers = {
      'content-type': 'application/json',
      'x-amz-invocation-type': 'RequestResponse',
      ...(context === '' ? {} : { 'x-amz-client-context': context }),
    };
    const signed = await sign(
      { method: 'POST', host, path, query: '', headers, body },
      { service: 'lambda', region },
    ).catch(() => {
      // The message may name a key.
      throw new CredentialsUnavailable('signing_failed');
    });
    const url = `https://${host}${path}`;
    return readAnswer(await send({ method: 'POST', url, headers: { ...headers, ...signed }, body }, limits));
  };
}

function toEvent({ method, url, headers = {}, body }: NetRequest): object {
  const { pathname, search } = new URL(url);
  const { authorization: _inContext, ...rest } = headers;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: rest,
    requestContext: { http: { method, path: pathname }, stage: '$default' },
    ...(body === undefined ? {} : { body: String(body) }),
    isBase64Encoded: false,
  };
}

function toContext({ headers = {} }: NetRequest): string {
  const assertion = headers['authorization']?.replace(/^Bearer /, '');
  if (assertion === undefined) return '';
  return Buffer.from(JSON.stringify({ custom: { [ASSERTION]: assertion } })).toString('base64');
}

const NOTHING = Buffer.alloc(0);
const JSON_HEADERS = { 'content-type': 'application/json' };

/**
 * The answer of the API of Lambda → that of the function. An error of the function is a 502, as API Gateway makes of it:
 * what it had done by then nobody knows. Whatever else the API refuses never reached the function.
 */
function readAnswer({ status, headers, body }: NetAnswer): NetAnswer {
  if (status === 429 || status === 413 || status >= 500) return { status, headers, body: NOTHING };
  if (status !== 200) throw new NetError('request_refused');
  if (headers['x-amz-function-error'] !== undefined) return { status: 502, headers: {}, body: NOTHING };
  const answer = parse(body);
  const code = isObject(answer) ? own(answer, 'statusCode') : undefined;
  // What is no answer of this format is a body, as API Gateway reads it too.
  if (!isObject(answer) || typeof code !== 'number') return { status: 200, headers: JSON_HEADERS, body };
  const text = own(answer, 'body');
  const encoding = own(answer, 'isBase64Encoded') === true ? 'base64' : 'utf8';
  return {
    status: code,
    headers: { ...JSON_HEADERS, ...retryAfterOf(answer) },
    body: Buffer.from(typeof text === 'string' ? text : '', encoding),
  };
}

/** Only what a header can say: the answer comes after an effect, and must not fail by what else is in this place. */
function retryAfterOf(answer: Readonly<Record<string, unknown>>): Record<string, string> {
  const headers = own(answer, 'headers');
  const value = isObject(headers) ? own(headers, 'retry-after') : undefined;
  return typeof value === 'string' || typeof value === 'number' ? { 'retry-after': String(value) } : {};
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
