import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { bind, close, findFreePort } from '../../../cli/dev/network.ts';
import { createBackendWorld } from '../../support/backend.ts';
import { by, directive, emf, emfOf, GATEHOUSE, linesWritten } from '../../support/emf.ts';

let server: Server | undefined;
afterEach(async () => {
  if (server) await close(server);
  server = undefined;
});

async function serve(answer: RequestListener): Promise<string> {
  server = createServer(answer);
  const port = await findFreePort();
  await bind(server, port, '127.0.0.1');
  return `http://127.0.0.1:${port}`;
}

const READ = { method: 'GET', path: '/deals' } as const;
const counted = (metric: string) => ({
  _aws: emf(directive(by('backend'), metric)),
  dimensions: { ...GATEHOUSE, backend: 'crm' },
  values: { [metric]: 1 },
});

test('a request that is repeated is counted for its backend, once an attempt after the first', async () => {
  let asked = 0;
  const url = await serve((_request, response) => {
    response.writeHead(asked++ < 2 ? 503 : 200, { 'content-type': 'application/json' }).end('[]');
  });
  const lines = await linesWritten(async (log) => {
    const { backends, caller } = createBackendWorld({ url, log, backend: { limits: { attempts: 3 } } });
    await backends.call('crm', READ, caller);
  });
  expect(lines.map((line) => [line['message'], line['attempt'], emfOf(line)])).toEqual([
    ['backend.retried', 2, counted('backendRetries')],
    ['backend.retried', 3, counted('backendRetries')],
  ]);
});

test('a breaker that opens is counted, and so is each call that it does not let through', async () => {
  let now = 1_795_507_200_000;
  const url = await serve((_request, response) => void response.writeHead(503).end());
  const limits = { attempts: 1, failures: 2, restMs: 5000 };
  const lines = await linesWritten(async (log) => {
    const { backends, caller } = createBackendWorld({ url, log, clock: () => now, backend: { limits } });
    const call = () => backends.call('crm', READ, caller).catch(() => undefined);
    for (let at = 0; at < 4; at++) await call();
    now += 5001;
    await call();
  });
  const told = lines.map((line) => [line['message'], line['reason'], emfOf(line).values]);
  const failed = ['backend.failed', 'http_503', { dependencyErrors: 1 }];
  const opened = ['breaker.opened', undefined, { breakerOpened: 1 }];
  const refused = ['backend.failed', 'circuit_open', { breakerRefused: 1, dependencyErrors: 1 }];
  expect(told).toEqual([failed, opened, failed, refused, refused, opened, failed]);
  expect(emfOf(lines[1])).toEqual(counted('breakerOpened'));
  expect(emfOf(lines[3])).toEqual({
    _aws: emf(directive(by('backend'), 'breakerRefused'), directive(by('dependency'), 'dependencyErrors')),
    dimensions: { ...GATEHOUSE, backend: 'crm', code: 'BACKEND_UNAVAILABLE', dependency: 'backends' },
    values: { breakerRefused: 1, dependencyErrors: 1 },
  });
});
