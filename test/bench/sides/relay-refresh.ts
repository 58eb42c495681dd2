import { createHandler } from '../../../functions/oauth/handler.ts';
import { systemClock } from '../../../shared/core/clock.ts';
import { createLog } from '../../../shared/core/logger.ts';
import type { ReadSecret } from '../../../shared/core/secret.ts';
import { createRelayKeys } from '../../../shared/oauth/keys.ts';
import { createSeals } from '../../../shared/oauth/seal.ts';
import { readFixture } from './fixture.ts';
import { memoryDynamo } from './memory-dynamo.ts';
import { LAMBDA, refreshEvent, UPSTREAM_REFRESH_TOKEN } from './messages.ts';

const CLIENT = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
const { issuer, token } = readFixture();
const log = createLog('gatehouse-oauth', 'Bench');
const readSecret: ReadSecret = async (_arn, stage) =>
  stage === 'AWSCURRENT' ? { value: 'k'.repeat(64), id: 'v1' } : undefined;

/** The function as it is, but for what is behind its ports: no network. */
const relay = createHandler(process.env, {
  clock: systemClock,
  log,
  dynamo: memoryDynamo,
  readSecret,
  getJson: async () => ({
    json: {
      issuer,
      jwks_uri: `${issuer}/jwks`,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
    },
    maxAgeSeconds: undefined,
  }),
  postForm: async () => ({
    status: 200,
    json: { access_token: token, token_type: 'Bearer', expires_in: 3600, refresh_token: UPSTREAM_REFRESH_TOKEN },
  }),
});

const seals = createSeals(createRelayKeys(readSecret, 'keys', { clock: systemClock, log }), 'https://mcp.example.com');
const event = refreshEvent(
  CLIENT,
  await seals.seal('rt', {
    t: UPSTREAM_REFRESH_TOKEN,
    cid: CLIENT,
    sc: ['starter.echo', 'starter.whoami'],
    iat: Date.now(),
  }),
);

export const handler = () => relay(event, LAMBDA);
