import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generatedJwk } from '../../cli/dev/generated-jwk.ts';
import { marshall } from '@aws-sdk/util-dynamodb';
import { SignJWT } from 'jose';
import { close } from '../../cli/dev/network.ts';
import type { RelayConfig } from '../../shared/core/config.ts';
import { makeCertificate } from '../support/certificate.ts';
import { goodClaims, RESOURCE, testConfig } from '../support/config.ts';
import type { Fixture } from './sides/fixture.ts';
import { KNOWN_USER } from './sides/memory-dynamo.ts';

export interface Stub {
  readonly fixture: Fixture;
  /** Environment of a function behind this stub. */
  readonly env: Readonly<Record<string, string>>;
  /** The same of the function of a relay. */
  readonly relayEnv: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const KID = 'key-1';
/** What the backend of the bench knows. */
const DEALS = JSON.stringify({ deals: Array.from({ length: 20 }, (_, id) => ({ id, name: `Deal number ${id}` })) });
const SECRET = JSON.stringify({ SecretString: 'k'.repeat(64), VersionId: 'v1' });

/** An issuer, DynamoDB and Secrets Manager that know one answer each, in this process: it idles while others are measured. */
export async function startStub(): Promise<Stub> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...generatedJwk(publicKey), kty: 'RSA', kid: KID, alg: 'RS256', use: 'sig' };
  const item = JSON.stringify({ Item: marshall(KNOWN_USER) });
  let base = '';
  const documents = new Map([
    ['/.well-known/openid-configuration', () => JSON.stringify(documentOf(base))],
    ['/jwks', () => JSON.stringify({ keys: [jwk] })],
  ]);
  const server = createServer((request, response) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const service = target === 'secretsmanager.GetSecretValue' ? SECRET : target.endsWith('GetItem') ? item : '{}';
    const isBackend = request.url?.startsWith('/backend/') === true;
    const known = isBackend ? DEALS : documents.get(request.url ?? '')?.();
    const body = request.method === 'POST' ? service : known;
    response.statusCode = body === undefined ? 404 : 200;
    response.setHeader('content-type', isBackend ? 'application/json' : 'application/x-amz-json-1.0');
    request.resume().on('end', () => response.end(body));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const certificate = makeCertificate('localhost');
  const secure = createTlsServer(certificate, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(DEALS);
  });
  secure.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sign = (more: object) =>
    new SignJWT({ ...goodClaims(Date.now()), iss: base, exp: Math.floor(Date.now() / 1000) + 3600, ...more })
      .setProtectedHeader({ alg: 'RS256', kid: KID, typ: 'JWT' })
      .sign(privateKey);
  const [token, tokenWithoutScopes] = [await sign({}), await sign({ scope: 'openid' })];
  const fixture = {
    issuer: base,
    resource: RESOURCE,
    jwks: { keys: [jwk] },
    token,
    tokenWithoutScopes,
    dynamodb: base,
    secure: { url: `https://localhost:${(secure.address() as AddressInfo).port}/deals`, ca: certificate.cert },
  };
  const env = functionEnvironment(fixture);
  return {
    fixture,
    env,
    relayEnv: relayEnvironment(env, base),
    stop: async () => void (await Promise.all([close(server), close(secure)])),
  };
}

function documentOf(base: string) {
  return {
    issuer: base,
    jwks_uri: `${base}/jwks`,
    authorization_endpoint: `${base}/auth`,
    token_endpoint: `${base}/token`,
  };
}

const RELAY: RelayConfig = {
  clientId: 'gatehouse',
  clientAuth: 'client_secret_basic',
  registration: false,
  strict: false,
  reauth: false,
  clients: [],
};

function relayEnvironment(env: Readonly<Record<string, string>>, issuer: string): Readonly<Record<string, string>> {
  const idp = { issuer, allowedClientIds: [RELAY.clientId] };
  const config = testConfig({ idp, authorizationServer: 'relay', relay: RELAY });
  return {
    ...env,
    GATEHOUSE_CONFIG: JSON.stringify(config),
    RELAY_KEYS_ARN: 'keys',
    UPSTREAM_SECRET_ARN: 'upstream',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: issuer,
  };
}

/** What a deployed function has in its environment, with both endpoints here. */
export function functionEnvironment(
  fixture: Fixture,
  tables: { readonly identities: string; readonly audit: string; readonly state: string } = {
    identities: 'identities',
    audit: 'audit',
    state: 'state',
  },
): Readonly<Record<string, string>> {
  return {
    GATEHOUSE_BENCH: JSON.stringify(fixture),
    GATEHOUSE_CONFIG: JSON.stringify(testConfig({ idp: { issuer: fixture.issuer } })),
    IDENTITIES_TABLE: tables.identities,
    AUDIT_TABLE: tables.audit,
    STATE_TABLE: tables.state,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_SESSION_TOKEN: 'bench',
    AWS_ENDPOINT_URL_DYNAMODB: fixture.dynamodb,
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
  };
}
