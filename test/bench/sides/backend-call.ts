import { z } from 'zod';
import { createLocalKms } from '../../../cli/dev/local-kms.ts';
import { createHandler } from '../../../functions/mcp/handler.ts';
import { createMcpPorts } from '../../../functions/mcp/ports.ts';
import type { Dynamo } from '../../../shared/aws/dynamodb.ts';
import { systemClock } from '../../../shared/core/clock.ts';
import { createLog } from '../../../shared/core/logger.ts';
import { deployed } from '../../../shared/registry/index.ts';
import { defineBackendTool } from '../../../shared/tools/define-backend-tool.ts';
import { testConfig } from '../../support/config.ts';
import { createMemoryTable } from '../../support/memory-table.ts';
import { readFixture } from './fixture.ts';
import { memoryDynamo } from './memory-dynamo.ts';

const { issuer, jwks } = readFixture();
const signingKeys = createMemoryTable().dynamo;
/** Only the keys of assertions are kept. */
const dynamo: Dynamo = {
  ...memoryDynamo,
  putIfAbsent: (table, item, options) =>
    (item.pk === 'KEYS#assertion' ? signingKeys : memoryDynamo).putIfAbsent(table, item, options),
  query: signingKeys.query,
};
/** By the name that every side is called by. */
const tool = defineBackendTool({
  name: 'echo',
  title: 'Deals',
  description: 'Asks a backend.',
  scopes: ['starter.echo'],
  backend: 'demo',
  input: z.strictObject({ text: z.string() }),
  output: z.strictObject({ deals: z.array(z.strictObject({ id: z.number(), name: z.string() })) }),
  annotations: { readOnlyHint: true },
  request: { method: 'GET', path: '/deals', query: ({ text }) => ({ text }) },
});
const config = testConfig({
  idp: { issuer },
  environment: 'dev',
  assertionSigning: 'local',
  backends: { demo: { url: `${issuer}/backend` } },
});

/** A call that goes on to a backend: token, scopes, records, a signed assertion, the guarded client. */
export const handler = createHandler(
  { ...process.env, GATEHOUSE_CONFIG: JSON.stringify(config), ASSERTION_KEY: 'bench' },
  {
    ...createMcpPorts(),
    clock: systemClock,
    log: createLog('gatehouse-mcp', 'Bench'),
    dynamo,
    kms: createLocalKms(),
    getJson: async (url) => ({
      json: url.endsWith('/jwks') ? jwks : { issuer, jwks_uri: `${issuer}/jwks` },
      maxAgeSeconds: undefined,
    }),
  },
  { ...deployed, tools: [tool], backends: { demo: { title: 'the bench' } } },
);
