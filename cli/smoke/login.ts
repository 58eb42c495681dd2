import { HeadlessProvider, signInBy } from '../demo/sign-in.ts';
import { listen } from '../dev/network.ts';
import { Failure } from '../failure.ts';

export interface LoginOptions {
  readonly url: string;
  readonly port: number;
  /** Where the identity provider registers no clients itself. */
  readonly clientId: string | undefined;
  readonly fetch: typeof fetch;
  readonly print: (line: string) => void;
}

const WAIT_MS = 180_000;

/**
 * Signs a person in with the official client, and their browser, and a callback on this machine.
 *
 * @returns the access token
 */
export async function loginToken({ url, port, clientId, fetch, print }: LoginOptions): Promise<string> {
  const redirect = `http://localhost:${port}/callback`;
  const known = clientId === undefined ? undefined : { client_id: clientId, issuer: new URL(url).origin };
  const provider = new HeadlessProvider(known, redirect);
  const session = await signInBy({
    url,
    provider,
    fetch,
    login: (authorization) => {
      print(`Sign in with a browser on this machine (redirect URL ${redirect}):\n\n  ${authorization}\n`);
      return waitForCallback(port);
    },
  });
  await session.client.close();
  const token = provider.tokens()?.access_token;
  if (token === undefined) throw new Failure('The gateway asked for no sign-in, so there is no token to check with.');
  return token;
}

async function waitForCallback(port: number): Promise<URL> {
  const { promise, resolve, reject } = deferred<URL>();
  const server = await listen((request, response) => {
    const back = new URL(request.url ?? '/', `http://localhost:${port}`);
    const isCallback = back.pathname === '/callback';
    response.writeHead(isCallback ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(
      isCallback ? 'Done. Go back to the terminal.\n' : 'Nothing is here.\n',
      () => isCallback && resolve(back),
    );
  }, port);
  const late = setTimeout(() => reject(new Failure(`Nobody signed in within ${WAIT_MS / 60_000} minutes.`)), WAIT_MS);
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    await server.close();
  }
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
