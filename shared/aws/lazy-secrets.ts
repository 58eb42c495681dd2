import type { ReadSecret } from '../core/secret.ts';

/** Loads the client with the first reading: most gateways never ask, and a cold start must not pay for it. */
export function createLazyReadSecret(): ReadSecret {
  let loading: Promise<ReadSecret> | undefined;
  return async (arn, stage) => {
    loading ??= import('./secrets.ts').then(({ createReadSecret }) => createReadSecret());
    return (await loading)(arn, stage);
  };
}
