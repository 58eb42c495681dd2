import { afterEach, describe, expect, test } from '@jest/globals';
import type { WireFault } from '../../../cli/failures/row.ts';
import { createReadSecret, SECRET_LIMITS, type SecretLimits } from '../../../shared/aws/secrets.ts';
import { type Asked, type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:keys-a1B2c3';
const HOUR = 3_600_000;
const PATIENT: SecretLimits = { attempts: 2, connectMs: HOUR, requestMs: HOUR, totalMs: HOUR };
const proxies: FaultProxy[] = [];
afterEach(() => Promise.all(proxies.splice(0).map(({ close }) => close())));

const headers = { 'content-type': 'application/x-amz-json-1.1' };
const notFound = { status: 400, headers, body: '{"__type":"ResourceNotFoundException","Message":"not here"}' };

/** Secrets Manager with one secret, at a place where answers go wrong on demand. */
async function serve(versions: Readonly<Record<string, object>>, limits = SECRET_LIMITS, fault?: WireFault) {
  const asked: Array<Readonly<Record<string, unknown>>> = [];
  const proxy = await startFaultProxy(async ({ headers: sent, body }: Asked) => {
    const input = JSON.parse(body.toString()) as Record<string, string>;
    asked.push({ target: sent['x-amz-target'], ...input });
    const version = input['SecretId'] === ARN ? versions[input['VersionStage'] ?? ''] : undefined;
    return version === undefined ? notFound : { status: 200, headers, body: JSON.stringify(version) };
  });
  proxies.push(proxy);
  if (fault) await proxy.inject(fault);
  const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };
  const readSecret = createReadSecret({ endpoint: proxy.url, region: 'eu-central-1', credentials, limits });
  return { readSecret, asked, proxy };
}

const current = { SecretString: 'the key', VersionId: 'v2' };

test('a secret is read by its ARN and stage, with the id of its version', async () => {
  const { readSecret, asked } = await serve({
    AWSCURRENT: current,
    AWSPREVIOUS: { SecretString: 'old', VersionId: 'v1' },
  });
  expect([await readSecret(ARN, 'AWSCURRENT'), await readSecret(ARN, 'AWSPREVIOUS'), asked]).toEqual([
    { value: 'the key', id: 'v2' },
    { value: 'old', id: 'v1' },
    ['AWSCURRENT', 'AWSPREVIOUS'].map((VersionStage) => ({
      target: 'secretsmanager.GetSecretValue',
      SecretId: ARN,
      VersionStage,
    })),
  ]);
});

test('a secret that never changed has no previous version, and that is no failure', async () => {
  const { readSecret } = await serve({ AWSCURRENT: current });
  expect(await readSecret(ARN, 'AWSPREVIOUS')).toBeUndefined();
});

test('a secret that does not exist is one', async () => {
  const { readSecret } = await serve({});
  await expect(readSecret(ARN, 'AWSCURRENT')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a secret without text is refused', async () => {
  const { readSecret } = await serve({ AWSCURRENT: { SecretBinary: 'AAAA', VersionId: 'v1' } });
  await expect(readSecret(ARN, 'AWSCURRENT')).rejects.toThrow(/^the secret has no text$/);
});

describe('a service that is not well', () => {
  test.each(['hang', 'slow body'] as const)('ends within the limit of a read: %s', async (fault) => {
    const { readSecret } = await serve({ AWSCURRENT: current }, { ...PATIENT, totalMs: 50 }, fault);
    await expect(readSecret(ARN, 'AWSCURRENT')).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('is asked twice', async () => {
    const { readSecret, proxy } = await serve({ AWSCURRENT: current }, SECRET_LIMITS, 'server error');
    await expect(readSecret(ARN, 'AWSCURRENT')).rejects.toBeInstanceOf(Error);
    expect(proxy.asked()).toBe(2);
  });

  test('is not asked again when it answers the second time', async () => {
    const { readSecret, proxy } = await serve({ AWSCURRENT: current });
    await proxy.inject('server error', 1);
    expect([await readSecret(ARN, 'AWSCURRENT'), proxy.asked()]).toEqual([{ value: 'the key', id: 'v2' }, 2]);
  });
});
