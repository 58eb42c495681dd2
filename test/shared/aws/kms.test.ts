import { createHash, createPublicKey } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { localDynamo } from '../../../cli/dev/local-dynamo.ts';
import type { WireFault } from '../../../cli/failures/row.ts';
import type { Kms, KmsLimits } from '../../../shared/aws/kms.ts';
import { createKms } from '../../../shared/aws/kms-client.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { createKmsServer } from '../../support/kms-server.ts';

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f';
const HOUR = 3_600_000;
const PATIENT: KmsLimits = { attempts: 2, connectMs: HOUR, requestMs: HOUR, totalMs: HOUR };
const CONTEXT = { purpose: 'test', number: '1' };

const proxies: FaultProxy[] = [];
afterEach(() => Promise.all(proxies.splice(0).map(({ close }) => close())));

async function start(more: Parameters<typeof createKmsServer>[0] = () => undefined, limits = PATIENT) {
  const server = createKmsServer(more);
  const proxy = await startFaultProxy(server.answer);
  proxies.push(proxy);
  const kms = createKms({ ...localDynamo(proxy.url), limits });
  return { kms, proxy, requests: server.requests };
}

test('a key pair comes on P-256 with its private part sealed for one context', async () => {
  const { kms, requests } = await start();
  const { publicKey, privateKey } = await kms.generateKeyPair(KEY, CONTEXT);
  expect({
    sent: requests,
    curve: createPublicKey({ key: publicKey, format: 'der', type: 'spki' }).asymmetricKeyDetails,
    opened: (await kms.decrypt(KEY, privateKey, CONTEXT))?.length,
  }).toEqual({
    sent: [
      ['GenerateDataKeyPairWithoutPlaintext', { KeyId: KEY, KeyPairSpec: 'ECC_NIST_P256', EncryptionContext: CONTEXT }],
      ['Decrypt', { KeyId: KEY, CiphertextBlob: privateKey.toString('base64'), EncryptionContext: CONTEXT }],
    ],
    curve: { namedCurve: 'prime256v1' },
    opened: 138,
  });
});

test('what was encrypted opens in the same context under the same key, and in no other', async () => {
  const { kms } = await start();
  const sealed = await kms.encrypt(KEY, Buffer.from('text'), CONTEXT);
  expect([
    await kms.decrypt(KEY, sealed, CONTEXT),
    await kms.decrypt(KEY, sealed, { ...CONTEXT, number: '2' }),
    await kms.decrypt(KEY, sealed, { purpose: 'test' }),
    await kms.decrypt('another', sealed, CONTEXT),
  ]).toEqual([Buffer.from('text'), undefined, undefined, undefined]);
});

test('a ciphertext of an impossible length is none, and KMS is not asked', async () => {
  const { kms, proxy } = await start();
  expect([
    await kms.decrypt(KEY, Buffer.alloc(0), CONTEXT),
    await kms.decrypt(KEY, Buffer.alloc(6145), CONTEXT),
    proxy.asked(),
  ]).toEqual([undefined, undefined, 0]);
});

test('a signature is asked for by the digest, and the message stays here', async () => {
  const { kms, requests } = await start((operation) =>
    operation === 'Sign' ? { Signature: Buffer.from('signature').toString('base64') } : undefined,
  );
  const signature = await kms.sign(KEY, Buffer.from('message'));
  const Message = createHash('sha256').update('message').digest('base64');
  expect([signature.toString(), requests]).toEqual([
    'signature',
    [['Sign', { KeyId: KEY, Message, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' }]],
  ]);
});

test('the public key of a key that signs', async () => {
  const { kms } = await start();
  const key = createPublicKey({ key: await kms.publicKey(KEY), format: 'der', type: 'spki' });
  expect(key.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
});

test.each(['AccessDeniedException', 'DisabledException', 'KMSInvalidStateException', 'NotFoundException'])(
  '%s says nothing about the ciphertext',
  async (name) => {
    const { kms } = await start(() => ({ __type: name, message: 'no' }));
    await expect(kms.decrypt(KEY, Buffer.from('sealed'), CONTEXT)).rejects.toMatchObject({ name });
  },
);

test('an answer without a value is a failure, not an empty value', async () => {
  const { kms } = await start(() => ({ KeyId: KEY }));
  await expect(kms.decrypt(KEY, Buffer.from('sealed'), CONTEXT)).rejects.toThrow('KMS answered without a value');
});

const OPERATIONS: ReadonlyArray<readonly [string, (kms: Kms, withinMs: number) => Promise<unknown>]> = [
  ['generateKeyPair', (kms, withinMs) => kms.generateKeyPair(KEY, CONTEXT, { withinMs })],
  ['encrypt', (kms, withinMs) => kms.encrypt(KEY, Buffer.from('text'), CONTEXT, { withinMs })],
  ['decrypt', (kms, withinMs) => kms.decrypt(KEY, Buffer.from('text'), CONTEXT, { withinMs })],
  ['sign', (kms, withinMs) => kms.sign(KEY, Buffer.from('text'), { withinMs })],
  ['publicKey', (kms, withinMs) => kms.publicKey(KEY, { withinMs })],
];

describe.each(OPERATIONS)('%s', (_name, operation) => {
  test.each<WireFault>(['hang', 'slow body'])('ends within the time left to its caller: %s', async (fault) => {
    const { kms, proxy } = await start();
    await proxy.inject(fault);
    await expect(operation(kms, 50)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('ends within the limit of all attempts together, whatever its caller gives it', async () => {
    const { kms, proxy } = await start(undefined, { ...PATIENT, totalMs: 50 });
    await proxy.inject('hang');
    await expect(operation(kms, Number.POSITIVE_INFINITY)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('sends nothing without time left', async () => {
    const { kms, proxy } = await start();
    await expect(operation(kms, 0)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(proxy.asked()).toBe(0);
  });
});
