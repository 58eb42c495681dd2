import { type Challenge, readChallenge } from '../driver/challenge.ts';
import { textOf } from '../driver/wire.ts';

/** A fetch for a library, and what can be seen of it from outside. */
export interface Recorder {
  readonly fetch: typeof fetch;
  readonly trail: readonly string[];
  /** The last refusal of the gateway: 401 or 403. */
  lastRefusal():
    | { readonly status: number; readonly challenge: Challenge | undefined; readonly code: string }
    | undefined;
  /** A member of the last server metadata that went by. */
  metadata(name: 'issuer' | 'revocation_endpoint'): string | undefined;
}

export function createRecorder(send: typeof fetch): Recorder {
  const trail: string[] = [];
  let refusal: ReturnType<Recorder['lastRefusal']>;
  let metadata: Readonly<Record<string, unknown>> | undefined;
  return {
    trail,
    lastRefusal: () => refusal,
    metadata: (name) => textOf(metadata, name),
    fetch: async (input, init) => {
      const response = await send(input, init);
      const { host, pathname } = new URL(input instanceof Request ? input.url : String(input));
      trail.push(`${init?.method ?? 'GET'} ${host}${pathname} ${response.status}`);
      const json = await readJson(response);
      if (response.status === 401 || response.status === 403) {
        const error = json?.['error'] as { readonly data?: { readonly code?: string } } | undefined;
        const challenge = readChallenge(response.headers.get('www-authenticate'));
        const code = challenge?.error ?? error?.data?.code ?? `http_${response.status}`;
        refusal = { status: response.status, challenge, code };
      }
      if (textOf(json, 'token_endpoint') !== undefined) metadata = json;
      return response;
    },
  };
}

async function readJson(response: Response): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/json')) return undefined;
  const value: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}
