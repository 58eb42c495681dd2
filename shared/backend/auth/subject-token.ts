import type { RawToken, SubjectToken } from '../../core/principal.ts';

const tokens = new WeakMap<SubjectToken, RawToken>();

export function hideToken(token: RawToken): SubjectToken {
  const handle = Object.freeze({}) as SubjectToken;
  tokens.set(handle, token);
  return handle;
}

/** For the modes forward-token and token-exchange; .dependency-cruiser.cjs lets nobody else. */
export function revealToken(handle: SubjectToken | undefined): RawToken | undefined {
  return handle && tokens.get(handle);
}
