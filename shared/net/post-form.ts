import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type FetchLimits, readCapped, withinLimits } from './answer.ts';

export interface PostFormOptions extends FetchLimits {
  /** Value of the Authorization header. */
  readonly authorization?: string;
}

export interface PostedForm {
  readonly status: number;
  /** The body as JSON, undefined when it is none. */
  readonly json: unknown;
}

/**
 * A form to an endpoint of the identity provider, by the rules of answer.ts. Any status is an answer; a redirect is one
 * too and is not followed, since it would take code and client secret elsewhere.
 *
 * Throws an Error with a short fixed message; nothing of request or answer is in it.
 */
export type PostForm = (
  url: string,
  form: Readonly<Record<string, string>>,
  options: PostFormOptions,
) => Promise<PostedForm>;

export const postForm: PostForm = (url, form, options) =>
  withinLimits(url, options, async (target, signal) => {
    const response = await send(target, new URLSearchParams(form).toString(), options.authorization, signal);
    const text = await readCapped(response, options.maxBytes);
    return { status: response.statusCode ?? 0, json: parse(text) };
  });

function send(
  target: URL,
  body: string,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = target.protocol === 'http:' ? requestHttp : requestHttps;
  const headers = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    ...(authorization === undefined ? {} : { authorization }),
  };
  // No kept connection: one that died while the process was frozen would lose a code that works only once.
  const options = { method: 'POST', agent: false, headers, signal } as const;
  return new Promise((resolve, reject) => {
    request(target, options, resolve).on('error', reject).end(body);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
