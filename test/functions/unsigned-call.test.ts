import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createAssertionSigner } from '../../shared/backend/assertion.ts';
import { defineTool } from '../../shared/tools/define-tool.ts';
import { createAssertingGateway } from '../support/asserting-gateway.ts';
import { assertionClaims, GATEWAY } from '../support/assertion.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { legacy } from '../support/messages.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

test('without KMS a call to a backend ends as an error of its tool: nothing is sent, and no cause is told', async () => {
  const { kms, signing, clock } = createAssertingGateway(database);
  kms.down = true;
  const signer = createAssertionSigner({ keys: signing, clock, issuer: GATEWAY });
  const sent: string[] = [];
  const tool = defineTool({
    name: 'crm',
    title: 'T',
    description: 'd',
    scopes: [],
    input: z.strictObject({}),
    output: z.strictObject({}),
    annotations: {},
    run: async (_input, { deadline }) => {
      sent.push(await signer.sign(assertionClaims(), deadline));
      return {};
    },
  });
  const gateway = createTestGateway(database, { tools: [tool] });
  const { status, body } = await gateway.rpc(legacy('tools/call', { name: 'crm', arguments: {} }));
  const failed = gateway.lines.filter(({ event }) => event === 'call.failed').map(({ cause }) => cause);
  expect({ status, result: (body as { readonly result: object }).result, sent, failed }).toEqual({
    status: 200,
    result: {
      isError: true,
      content: [{ type: 'text', text: 'The tool crm failed. Report the request id request-1.' }],
    },
    sent: [],
    failed: ['SigningUnavailable'],
  });
  const [row] = await gateway.trail();
  expect([row?.tool, row?.outcome]).toEqual(['crm', 'error']);
});
