import type { Kms, KmsLimits, KmsOptions } from './kms.ts';

const KMS_LIMITS: KmsLimits = { attempts: 2, connectMs: 200, requestMs: 500, totalMs: 800 };

/** Loads the client with the first operation: most gateways never ask, and a cold start must not pay for it. */
export function createKms(options: KmsOptions = {}): Kms {
  let loading: Promise<Kms> | undefined;
  const load = (): Promise<Kms> => {
    loading ??= import('./kms-client.ts').then(({ connectKms }) => connectKms({ limits: KMS_LIMITS, ...options }));
    return loading;
  };
  return {
    generateKeyPair: async (...args) => (await load()).generateKeyPair(...args),
    encrypt: async (...args) => (await load()).encrypt(...args),
    decrypt: async (...args) => (await load()).decrypt(...args),
    sign: async (...args) => (await load()).sign(...args),
    publicKey: async (...args) => (await load()).publicKey(...args),
  };
}
