import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { generatedJwk } from '../../../cli/dev/generated-jwk.ts';
import { request } from './objects.ts';
import type { Instance, World } from './world.ts';

/** Everything that was ever signed, whether or not the answer arrived. */
export interface Signed {
  readonly order: number;
  readonly by: string;
  readonly message: string;
}

/** One key for all histories: which one it is says nothing. PKCS #8 of an Ed25519 seed (RFC 8410 section 7). */
const SEED = Buffer.alloc(32, 7);
const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), SEED]),
  format: 'der',
  type: 'pkcs8',
});
export const publicKey = createPublicKey(privateKey);
const raw = Buffer.from(String(generatedJwk(publicKey).x), 'base64url');

export function createSigner(world: World, instance: Instance, signed: Signed[]) {
  return {
    publicKey: () => request(world, instance, { at: 'sign', what: 'get public key', carryOut: () => raw }),
    sign: (message: Uint8Array) =>
      request(world, instance, {
        at: 'sign',
        what: `SIGN ${lineOf(message)}`,
        carryOut: () => {
          const text = Buffer.from(message).toString('utf8');
          signed.push({ order: world.tick(), by: instance.actor.name, message: text });
          return sign(null, message, privateKey);
        },
      }),
  };
}

/** The line of a checkpoint that orders the log. */
function lineOf(message: Uint8Array): string {
  return /^gatehouse\/v1 .*$/m.exec(Buffer.from(message).toString('utf8'))?.[0] ?? 'something else';
}
