import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { localDynamo } from '../../../cli/dev/local-dynamo.ts';
import { createDynamo } from '../../../shared/aws/dynamodb.ts';

const ITEM = JSON.stringify({ Item: { pk: { S: 'a' }, text: { S: 'x'.repeat(200_000) } } });
const KEY = { pk: 'a', sk: 'b' };
let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function behind(answer: RequestListener) {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const limits = { attempts: 1, connectMs: 5000, requestMs: 5000, totalMs: 5000 };
  return createDynamo({ ...localDynamo(endpoint), limits });
}

test('an answer in many pieces is read whole', async () => {
  const dynamo = await behind((_request, response) => {
    response.write(ITEM.slice(0, 70_001));
    setImmediate(() => response.end(ITEM.slice(70_001)));
  });
  expect(await dynamo.get('table', KEY)).toEqual({ pk: 'a', text: 'x'.repeat(200_000) });
});

test('an answer that breaks off is a failure, not an item that is not there', async () => {
  const dynamo = await behind((_request, response) => {
    response.setHeader('content-length', ITEM.length);
    response.write(ITEM.slice(0, 70_001), () => response.destroy());
  });
  await expect(dynamo.get('table', KEY)).rejects.toThrow('aborted');
});

test('a request names this gateway and signs no name of the SDK', async () => {
  let seen: IncomingHttpHeaders = {};
  const dynamo = await behind(({ headers }, response) => {
    seen = headers;
    response.end('{}');
  });
  await dynamo.get('table', KEY);
  expect([seen['user-agent'], seen['x-amz-user-agent']]).toEqual(['gatehouse', undefined]);
  expect(seen.authorization).toMatch(/SignedHeaders=.*host.*x-amz-target,/);
});
