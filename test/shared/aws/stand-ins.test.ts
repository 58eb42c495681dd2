import { afterEach, expect, test } from '@jest/globals';
import { defaultProvider } from '../../../shared/aws/bundled/lambda-credentials.ts';
import { EndpointCache } from '../../../shared/aws/bundled/no-endpoint-cache.ts';
import { EventStreamSerde } from '../../../shared/aws/bundled/no-event-streams.ts';

const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
const before = NAMES.map((name) => [name, process.env[name]] as const);

function setTo(...values: readonly (string | undefined)[]): void {
  for (const [at, name] of NAMES.entries()) {
    const value = values[at];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
afterEach(() => setTo(...before.map(([, value]) => value)));

test('in a bundle the credentials are those of the environment, read when they are needed', async () => {
  setTo(undefined, undefined, undefined);
  const provider = defaultProvider();
  setTo('id', 'secret', 'session');
  const withSession = await provider();
  setTo('id', 'secret', undefined);
  expect([withSession, await provider()]).toEqual([
    { accessKeyId: 'id', secretAccessKey: 'secret', sessionToken: 'session' },
    { accessKeyId: 'id', secretAccessKey: 'secret' },
  ]);
});

test.each([
  ['no key', undefined, 'secret'],
  ['no secret', 'id', undefined],
  ['an empty key', '', 'secret'],
])('%s is an error without a value in it', async (_name, id, secret) => {
  setTo(id, secret, 'session');
  await expect(defaultProvider()()).rejects.toThrow(/^the environment has no AWS credentials$/);
});

test('an event stream in a bundle is an error that says so', () => {
  expect(() => new EventStreamSerde()).toThrow('this bundle has no event streams');
});

test('an endpoint in a bundle is never remembered', () => {
  const cache = new EndpointCache();
  cache.set();
  expect([cache.has(), cache.get(), cache.getEndpoint()]).toEqual([false, undefined, undefined]);
});
