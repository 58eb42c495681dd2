import { createFetch, type FetchLimits } from './answer.ts';

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

const POLICY = {
  // No kept connection: one that died while the process was frozen would lose a code that works only once.
  keepAliveMs: 0,
  requestHeaders: new Set(['accept', 'authorization', 'content-type']),
  responseHeaders: new Set<string>(),
};

const send = createFetch(POLICY);

export const postForm: PostForm = async (url, form, { authorization, ...limits }) => {
  const headers = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    ...(authorization === undefined ? {} : { authorization }),
  };
  const body = new URLSearchParams(form).toString();
  const { status, body: answer } = await send(url, { method: 'POST', headers, body }, limits);
  return { status, json: parse(answer.toString('utf8')) };
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
