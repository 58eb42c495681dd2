import type { ServerResponse } from 'node:http';
import { answerJson, type ReceivedRequest, type RunningBackend, startBackend } from './backend.ts';

export interface TokenRequest {
  readonly target: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  /** The form as it came. */
  readonly form: Readonly<Record<string, string>>;
}

export interface TestTokenEndpoint {
  readonly url: string;
  readonly asked: TokenRequest[];
  /** Overrides the next answers, until it is undefined again. */
  answer: ((request: ReceivedRequest, response: ServerResponse) => void) | undefined;
  expiresIn: number | undefined;
  stop(): Promise<void>;
}

/** An authorization server's token endpoint that hands out `token-1`, `token-2`, … */
export async function startTokenEndpoint(): Promise<TestTokenEndpoint> {
  const asked: TokenRequest[] = [];
  let server: RunningBackend | undefined;
  const endpoint: TestTokenEndpoint = {
    url: '',
    asked,
    answer: undefined,
    expiresIn: 3600,
    stop: async () => server?.stop(),
  };
  server = await startBackend((request, response) => {
    const { headers, target, body } = request;
    const form = Object.fromEntries(new URLSearchParams(body));
    asked.push({ target, authorization: headers.authorization, contentType: headers['content-type'], form });
    if (endpoint.answer) return endpoint.answer(request, response);
    const { expiresIn } = endpoint;
    const life = expiresIn === undefined ? {} : { expires_in: expiresIn };
    answerJson(response, 200, { access_token: `token-${asked.length}`, token_type: 'Bearer', ...life });
  });
  return Object.assign(endpoint, { url: `${server.url}/oauth/token` });
}
