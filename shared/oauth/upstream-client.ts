import type { RelayConfig } from '../core/config.ts';
import { isObject, type JsonObject, own } from '../core/json-object.ts';
import type { Log } from '../core/logger.ts';
import type { PostForm } from '../net/post-form.ts';
import type { CachedSecret } from '../store/cached-secret.ts';
import { unavailable } from './errors.ts';

type Form = Readonly<Record<string, string>>;

/** One answer of the identity provider: its JSON, or the `error` in it. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly json: JsonObject;
  readonly error: string | undefined;
}

export interface UpstreamClient {
  /**
   * A form to one of the provider's endpoints, with the gateway's own credentials. When these are refused they are read
   * anew once: an operator changes them without a deploy.
   *
   * @throws OAuthError temporarily_unavailable when there is no answer that can be used
   */
  post(endpoint: string, form: Form, log: Log): Promise<UpstreamAnswer>;
}

export interface UpstreamClientOptions {
  readonly relay: Pick<RelayConfig, 'clientId' | 'clientAuth'>;
  readonly secret: CachedSecret<string>;
  readonly postForm: PostForm;
  readonly allowHttp: boolean;
  /** Milliseconds that never go back. */
  readonly timer: () => number;
}

/** One request; and all that one answer of ours may wait for. */
export const UPSTREAM_LIMITS = { timeoutMs: 3000, totalMs: 3400, maxBytes: 65_536 } as const;

export function createUpstreamClient(options: UpstreamClientOptions): UpstreamClient {
  const { relay, secret, postForm, allowHttp, timer } = options;
  const ask = async (endpoint: string, form: Form, secretNow: string, leftMs: number): Promise<UpstreamAnswer> => {
    const timeoutMs = Math.max(1, Math.min(UPSTREAM_LIMITS.timeoutMs, Math.floor(leftMs)));
    const { fields, header } = credentials(relay, secretNow);
    try {
      const limits = { allowHttp, timeoutMs, maxBytes: UPSTREAM_LIMITS.maxBytes };
      const { status, json } = await postForm(endpoint, { ...form, ...fields }, { ...limits, ...header });
      return readAnswer(status, json);
    } catch (error) {
      // The messages of shared/net are fixed ones.
      throw new Unreached(error instanceof Error ? error.message : 'not_reached');
    }
  };
  return {
    post: async (endpoint, form, log) => {
      const started = timer();
      const left = () => UPSTREAM_LIMITS.totalMs - (timer() - started);
      const fail = (reason: string, more: object = {}): never => {
        log.warn('upstream.failed', { dependency: 'upstream', reason, ...more });
        throw unavailable(reason);
      };
      try {
        const known = await secret.get();
        const answer = await ask(endpoint, form, known, left());
        if (!isCredentialRefusal(answer)) return usable(answer, fail);
        const latest = await secret.again();
        const second = latest === known ? answer : await ask(endpoint, form, latest, left());
        // Only an operator can mend this, and no client may take it for a refusal of its own registration.
        return isCredentialRefusal(second) ? fail('upstream_refused_us', { alarm: true }) : usable(second, fail);
      } catch (error) {
        if (error instanceof Unreached) return fail(error.message);
        throw error;
      }
    },
  };
}

class Unreached extends Error {}

/** RFC 6749 section 2.3.1: in the header both are encoded as in a form before they are joined. */
function credentials({ clientId, clientAuth }: UpstreamClientOptions['relay'], secret: string) {
  if (clientAuth === 'client_secret_post') {
    return { fields: { client_id: clientId, client_secret: secret }, header: {} };
  }
  const pair = [clientId, secret].map((part) => new URLSearchParams({ '': part }).toString().slice(1)).join(':');
  return { fields: {}, header: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

function readAnswer(status: number, body: unknown): UpstreamAnswer {
  const json = isObject(body) ? body : {};
  const error = own(json, 'error');
  return { status, json, error: typeof error === 'string' ? error : undefined };
}

function isCredentialRefusal({ status, error }: UpstreamAnswer): boolean {
  return status >= 400 && (error === 'invalid_client' || error === 'unauthorized_client');
}

/** 2xx, or an error in the form of RFC 6749 section 5.2. A redirect, a page or a 429 says nothing about the grant. */
function usable(answer: UpstreamAnswer, fail: (reason: string) => never): UpstreamAnswer {
  const { status, error } = answer;
  if (status >= 200 && status < 300) return answer;
  if (status >= 400 && status < 500 && status !== 429 && error !== undefined) return answer;
  return fail(`http_${status}`);
}
