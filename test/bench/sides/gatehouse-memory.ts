import { createHandler } from '../../../functions/mcp/handler.ts';
import { createMcpPorts } from '../../../functions/mcp/ports.ts';
import { systemClock } from '../../../shared/core/clock.ts';
import { createLog } from '../../../shared/core/logger.ts';
import { readFixture } from './fixture.ts';
import { memoryDynamo } from './memory-dynamo.ts';

const { issuer, jwks } = readFixture();

/** The mcp function as it is, but for what is behind its ports: no network. */
export const handler = createHandler(process.env, {
  ...createMcpPorts(),
  clock: systemClock,
  log: createLog('gatehouse-mcp', 'Bench'),
  dynamo: memoryDynamo,
  getJson: async (url) => ({
    json: url.endsWith('/jwks') ? jwks : { issuer, jwks_uri: `${issuer}/jwks` },
    maxAgeSeconds: undefined,
  }),
});
