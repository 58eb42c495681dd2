import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { HeadlessProvider, signIn } from '../../cli/demo/sign-in.ts';
import { createIdp, DEV_CLIENT } from '../../cli/dev/idp.ts';
import { findFreePort, type Listening, listen } from '../../cli/dev/network.ts';
import { type DevGateway, startDev } from '../../cli/dev/start.ts';
import { captureLog } from '../support/log.ts';
import { signInWithV1 } from '../support/v1-client.ts';

/** Why metadata mode has a verdict of its own: a provider that names itself in its answers (RFC 9207). */
let gateway: DevGateway;
let idp: Listening;

beforeAll(async () => {
  const port = await findFreePort();
  // Three in a row are free, and this one is not used where an issuer is given.
  const idpPort = port + 1;
  const issuer = `http://localhost:${idpPort}`;
  const context = {
    issuer,
    authorizationServer: 'metadata',
    authorizationEndpoint: `${issuer}/auth`,
    tokenEndpoint: `${issuer}/token`,
    jwksEndpoint: `${issuer}/jwks`,
  };
  const resource = `http://localhost:${port}/mcp`;
  const catalogue = ['starter.echo', 'starter.whoami'];
  idp = await listen(await createIdp({ issuer, resource, catalogue, sendsIssuer: true }), idpPort);
  gateway = await startDev({ port, context, log: captureLog().log });
});

afterAll(async () => {
  await gateway.stop();
  await idp.close();
});

test('the official v2 client stops at an `iss` that is not the issuer of our document, though nothing announced it', async () => {
  const provider = new HeadlessProvider({ client_id: DEV_CLIENT.id, issuer: new URL(gateway.state.url).origin });
  await expect(signIn({ url: gateway.state.url, user: 'alice', provider })).rejects.toMatchObject({
    name: 'IssuerMismatchError',
    kind: 'authorization_response',
  });
});

test('the official v1 client does not look at it', async () => {
  const client = await signInWithV1(gateway.state.url, 'alice', { client_id: DEV_CLIENT.id });
  const { structuredContent } = await client.callTool({ name: 'echo', arguments: { text: 'hi' } });
  expect(structuredContent).toEqual({ text: 'hi' });
  await client.close();
});
