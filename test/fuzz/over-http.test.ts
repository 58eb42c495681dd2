import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DEV_CLIENT } from '../../cli/dev/idp.ts';
import { endpointsOfIdp, fetchToken } from '../../cli/dev/login.ts';
import { findFreePort } from '../../cli/dev/network.ts';
import { type DevGateway, startDev } from '../../cli/dev/start.ts';
import { captureLog } from '../support/log.ts';
import { exchange } from '../support/raw-http.ts';
import { ANYWHERE } from './properties.ts';
import { REGISTRY } from './registry.ts';
import { report } from './report.ts';
import { createOverHttp, type Subject } from './subject.ts';
import { anyBytes } from './wire.ts';

/** Runs of a property whose share is 100. */
const RUNS = 60;

let dev: DevGateway;
let subject: Subject;
beforeAll(async () => {
  dev = await startDev({
    port: await findFreePort(),
    context: { demoBackend: 'false' },
    log: captureLog().log,
    registry: REGISTRY,
  });
  const { issuer, url: resource, port } = dev.state;
  const scope = 'starter.echo starter.whoami';
  const token = await fetchToken({
    endpoints: endpointsOfIdp(issuer),
    resource,
    client: DEV_CLIENT,
    user: 'alice',
    scope,
  });
  subject = createOverHttp(port, token, REGISTRY);
});
afterAll(() => dev.stop());

test.each(ANYWHERE)('over HTTP: $name', async ({ share, make }) => {
  expect(await report(make(subject), (RUNS * share) / 100)).toBe('holds');
});

test('over HTTP: any bytes are answered or cut off, and the gateway goes on', async () => {
  expect(await report(anyBytes(dev.state.port), RUNS)).toBe('holds');
  const health = await exchange(dev.state.port, 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  expect(health.answers.map(({ status }) => status)).toEqual([200]);
});
