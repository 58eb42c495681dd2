import { generateKeyPairSync, sign } from 'node:crypto';
import { createAssertionSigner } from '../../../shared/backend/assertion.ts';
import { systemClock } from '../../../shared/core/clock.ts';
import { assertionClaims, GATEWAY } from '../../support/assertion.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = {
  kid: 'k'.repeat(43),
  sign: (input: Buffer) => sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
};
const signer = createAssertionSigner({ keys: { current: async () => key }, clock: systemClock, issuer: GATEWAY });
const claims = assertionClaims();

/** One assertion, its key in memory, as it is after the first call of an instance. */
export const handler = async () => {
  await signer.sign(claims);
  return { statusCode: 200 };
};
