import type { ReadSecret } from '../core/secret.ts';
import { type CachedSecret, type SecretPorts as CachePorts, cacheSecret } from '../store/cached-secret.ts';
import { CredentialsUnavailable } from './auth/mode.ts';

export interface SecretPorts extends CachePorts {
  readonly readSecret: ReadSecret;
}

/**
 * The current version of a backend's secret. Its `get` throws CredentialsUnavailable secret_unavailable.
 *
 * @param parse throws for a text that is not what the mode needs
 */
export function secretOf<T>(arn: string, parse: (text: string) => T, ports: SecretPorts): CachedSecret<T> {
  let last: { readonly text: string; readonly value: T } | undefined;
  const read = async (): Promise<T> => {
    const text = (await ports.readSecret(arn, 'AWSCURRENT'))?.value;
    if (text === undefined) throw new Error('no current version');
    // The same text stays the same object, so that it can be told what has changed.
    if (last?.text !== text) last = { text, value: parse(text) };
    return last.value;
  };
  const unavailable = () => new CredentialsUnavailable('secret_unavailable');
  return cacheSecret({ read, level: 'error', unavailable }, ports);
}
