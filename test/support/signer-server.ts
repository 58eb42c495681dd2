import type { Answered, Asked } from './fault-proxy.ts';
import type { LocalSigner } from './sealing.ts';

/** SubjectPublicKeyInfo of an Ed25519 key up to its 32 bytes (RFC 8410 section 4). */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };

/** The wire protocol of KMS for one Ed25519 key (KMS API Reference: GetPublicKey, Sign), over a key in this process. */
export function createSignerServer(signer: LocalSigner['signer']): (asked: Asked) => Promise<Answered> {
  return async ({ headers, body }) => {
    const input = JSON.parse(body.toString()) as Readonly<Record<string, string>>;
    const answer = (output: object, status = 200) => ({ status, headers: JSON_TYPE, body: JSON.stringify(output) });
    if (headers['x-amz-target'] === 'TrentService.GetPublicKey') {
      const spki = Buffer.concat([SPKI_HEAD, await signer.publicKey()]);
      return answer({ KeyId: input['KeyId'], PublicKey: spki.toString('base64') });
    }
    if (input['MessageType'] !== 'RAW' || input['SigningAlgorithm'] !== 'ED25519_SHA_512') {
      return answer({ __type: 'ValidationException' }, 400);
    }
    const signature = await signer.sign(Buffer.from(input['Message'] ?? '', 'base64'));
    return answer({ KeyId: input['KeyId'], Signature: signature.toString('base64') });
  };
}
