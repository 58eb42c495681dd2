import { createLocalKms } from '../../cli/dev/local-kms.ts';
import type { EncryptionContext, Kms } from '../../shared/aws/kms.ts';
import type { Answered, Asked } from './fault-proxy.ts';

interface Input {
  readonly KeyId: string;
  readonly EncryptionContext: EncryptionContext;
  readonly KeyPairSpec?: string;
  readonly Plaintext: string;
  readonly CiphertextBlob: string;
}

export interface KmsServer {
  /** Operation and input of each request, as they came over the wire. */
  readonly requests: ReadonlyArray<readonly [string, Record<string, unknown>]>;
  readonly answer: (asked: Asked) => Promise<Answered>;
}

/** The wire protocol of KMS over the local stand-in, so that the real client can be asked. `more` answers first. */
export function createKmsServer(
  more: (operation: string, input: Record<string, unknown>) => object | undefined,
): KmsServer {
  const kms = createLocalKms();
  const requests: Array<readonly [string, Record<string, unknown>]> = [];
  const answer = async ({ headers, body }: Asked): Promise<Answered> => {
    const operation = String(headers['x-amz-target']).replace('TrentService.', '');
    const input = JSON.parse(body.toString()) as Input & Record<string, unknown>;
    requests.push([operation, input]);
    const output = more(operation, input) ?? (await answerTo(kms, operation, input));
    if (output === undefined) return json(400, { __type: 'InvalidCiphertextException' });
    return json('__type' in output ? 400 : 200, output);
  };
  return { requests, answer };
}

async function answerTo(kms: Kms, operation: string, input: Input): Promise<object | undefined> {
  const { KeyId, EncryptionContext: context } = input;
  switch (operation) {
    case 'GenerateDataKeyPairWithoutPlaintext': {
      const { publicKey, privateKey } = await kms.generateKeyPair(KeyId, context);
      return { KeyId, PublicKey: base64(publicKey), PrivateKeyCiphertextBlob: base64(privateKey) };
    }
    case 'Encrypt':
      return { KeyId, CiphertextBlob: base64(await kms.encrypt(KeyId, from(input.Plaintext), context)) };
    case 'Decrypt': {
      const plaintext = await kms.decrypt(KeyId, from(input.CiphertextBlob), context);
      return plaintext && { KeyId, Plaintext: base64(plaintext) };
    }
    case 'GetPublicKey':
      return { KeyId, PublicKey: base64(await kms.publicKey(KeyId)) };
    default:
      return { __type: 'UnknownOperationException' };
  }
}

function json(status: number, value: object): Answered {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(value) };
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}

function from(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
