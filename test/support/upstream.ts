import type { GetJson } from '../../shared/net/get-json.ts';
import type { PostedForm, PostForm, PostFormOptions } from '../../shared/net/post-form.ts';
import { goodClaims, ISSUER } from './config.ts';
import { createIssuer, type TestIssuer } from './issuer.ts';

export interface UpstreamCall {
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
  readonly options: PostFormOptions;
}

/** An identity provider that answers as it is told, and remembers what it was asked. */
export interface FakeUpstream {
  readonly issuer: TestIssuer;
  readonly getJson: GetJson;
  readonly postForm: PostForm;
  readonly calls: UpstreamCall[];
  /** Tokens it gave out. */
  readonly given: string[];
  /** For every call from now on, instead of good tokens. */
  answer: ((call: UpstreamCall) => PostedForm | Promise<PostedForm>) | undefined;
  /** Members laid over its token responses. */
  extra: object;
  /** Members laid over its discovery document. */
  document: object;
}

export function createUpstream(now: () => number): FakeUpstream {
  const issuer = createIssuer(ISSUER);
  const tokens = async (): Promise<PostedForm> => {
    const at = upstream.given.length;
    const access = await issuer.sign({ ...goodClaims(now()), jti: `jti-${at}` });
    const fresh = {
      access_token: access,
      refresh_token: `upstream-refresh-token-${at}`,
      id_token: `id.token.of-${at}`,
    };
    upstream.given.push(...Object.values(fresh));
    return { status: 200, json: { ...fresh, token_type: 'Bearer', expires_in: 3600, ...upstream.extra } };
  };
  const upstream: FakeUpstream = {
    issuer,
    calls: [],
    given: [],
    answer: undefined,
    extra: {},
    document: {},
    getJson: async (url, limits) => {
      const fetched = await issuer.getJson(url, limits);
      if (!url.includes('/.well-known/')) return fetched;
      const endpoints = {
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
        revocation_endpoint: `${ISSUER}/revoke`,
      };
      return { ...fetched, json: { ...(fetched.json as object), ...endpoints, ...upstream.document } };
    },
    postForm: async (url, form, options) => {
      const call = { url, form, options };
      upstream.calls.push(call);
      if (upstream.answer !== undefined) return upstream.answer(call);
      return url.endsWith('/revoke') ? { status: 200, json: undefined } : tokens();
    },
  };
  return upstream;
}
