import type { RequestListener } from 'node:http';
import { ConfigError } from '../../infra/config.ts';
import { type SynthesisedGateway, synthGateway } from '../../infra/synth.ts';
import { createTables } from '../../shared/aws/create-table.ts';
import { createDynamo, type Dynamo } from '../../shared/aws/dynamodb.ts';
import { systemClock } from '../../shared/core/clock.ts';
import type { Log } from '../../shared/core/logger.ts';
import { userKey } from '../../shared/identity/keys.ts';
import { AUDIT_TOOL_INDEX } from '../../shared/core/tables.ts';
import { createIdentity } from '../../shared/identity/resolve.ts';
import { getJson } from '../../shared/net/get-json.ts';
import { postForm } from '../../shared/net/post-form.ts';
import { deployed, offeredWith, type Registry, scopesOf } from '../../shared/registry/index.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { backendPorts } from './backend-ports.ts';
import { createDevTrail, type DevTrail } from './audit-trail.ts';
import { createDatabase } from './database.ts';
import { backendsOf, createDemoBackend, withDemoBackend } from './demo-backend.ts';
import { createGateway } from './gateway.ts';
import { createIdp, type IdpOptions } from './idp.ts';
import { localDynamo } from './local-dynamo.ts';
import { bind, close, listen, requireFree } from './network.ts';
import { createDevSecrets, createRelayClient, isRelay, relayParameters, secretOfVariable } from './relay.ts';
import { type DevState, removeState, writeState } from './state-file.ts';
import { type Plan, planFrom } from './template.ts';

export interface DevOptions {
  readonly port: number;
  /** Context parameters from the command line. */
  readonly context: Readonly<Record<string, string>>;
  readonly log: Log;
  /** What is offered; by default what is deployed. */
  readonly registry?: Registry;
  /** In the place of the embedded identity provider. */
  readonly createIdp?: (options: IdpOptions) => Promise<RequestListener>;
}

export interface DevGateway {
  readonly state: DevState;
  readonly dynamo: Dynamo;
  readonly trail: DevTrail;
  stop(): Promise<void>;
}

/**
 * Everything on this machine: identity provider, database, and the functions of the synthesised template.
 *
 * @throws Failure with one sentence when something is in the way
 */
export async function startDev({
  port,
  context: given,
  log,
  registry: known = deployed,
  ...options
}: DevOptions): Promise<DevGateway> {
  const context = withDemoBackend(given, `http://localhost:${port + 3}`);
  const embeddedIdp = context['issuer'] === undefined;
  const relay = isRelay(context);
  await requireFree([port, ...(embeddedIdp ? [port + 1] : []), port + 2, port + 3]);
  const url = `http://localhost:${port}`;
  const issuer = context['issuer'] ?? `http://localhost:${port + 1}`;
  const parameters = relay ? relayParameters(context, embeddedIdp) : context;
  const plan = planFrom(synth({ ...defaults(url, issuer, embeddedIdp && !relay), ...parameters }, known).template);
  const registry = offeredWith(known, backendsOf(plan));
  const client = relay && embeddedIdp ? createRelayClient(parameters, url) : undefined;
  const clientSecret = relay ? (client?.secret ?? secretOfVariable(process.env)) : '';
  const stops: Array<() => Promise<unknown>> = [];
  const stop = async () => {
    await Promise.all(stops.splice(0).map((end) => end()));
  };
  try {
    const database = createDatabase();
    await bind(database, port + 2, '127.0.0.1');
    stops.push(() => close(database));
    const demoBackend = backendsOf(plan)['demo']?.url;
    const dynamodb = `http://127.0.0.1:${port + 2}`;
    await createTables(localDynamo(dynamodb), plan.tables);
    const dynamo = createDynamo(localDynamo(dynamodb));
    const trail = await createDevTrail({ plan, port, clock: systemClock, log, dynamo });
    stops.push(trail.stop);
    const state = {
      ...stateOf(plan, port, issuer, scopesOf(registry)),
      embeddedIdp,
      relay,
      dynamodb,
      archive: trail.archive,
      auditKey: trail.auditKey,
      ...(demoBackend === undefined ? {} : { demoBackend }),
    };
    if (embeddedIdp) {
      const sendsIssuer = context['authorizationServer'] !== 'metadata';
      const catalogue = scopesOf(registry);
      const idp = await (options.createIdp ?? createIdp)({
        issuer,
        resource: `${url}/mcp`,
        catalogue,
        sendsIssuer,
        relay: client,
      });
      stops.push((await listen(idp, port + 1)).close);
      await seedDisabledUser(dynamo, state.tables.identities, issuer);
    }
    const readSecret = createDevSecrets(plan, clientSecret);
    const ports = { clock: systemClock, log, getJson, dynamo, postForm, ...backendPorts(readSecret) };
    stops.push((await listen(createGateway(plan, ports, registry), port)).close);
    const demo = createDemoBackend(plan, ports);
    if (demo) stops.push((await listen(demo, port + 3)).close);
    writeState(state);
    stops.push(async () => removeState(port));
    return { state, dynamo, trail, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function synth(context: Readonly<Record<string, string>>, { backends }: Registry): SynthesisedGateway {
  try {
    return synthGateway({ context, bundling: false, backends });
  } catch (error) {
    if (error instanceof ConfigError) throw new WrongUsage(error.message);
    throw error;
  }
}

/** `namesEndpoints`: of the embedded identity provider. The relay finds them as it does everywhere. */
function defaults(url: string, issuer: string, namesEndpoints: boolean): Readonly<Record<string, string>> {
  const common = { environment: 'dev', stackName: 'GatehouseLocal', publicUrl: url, idp: 'oidc', issuer };
  if (!namesEndpoints) return common;
  // For authorizationServer=metadata; in direct mode clients find them in the provider's own document.
  return {
    ...common,
    authorizationEndpoint: `${issuer}/auth`,
    tokenEndpoint: `${issuer}/token`,
    revocationEndpoint: `${issuer}/token/revocation`,
    jwksEndpoint: `${issuer}/jwks`,
  };
}

function stateOf(
  { tables }: Plan,
  port: number,
  issuer: string,
  scopes: readonly string[],
): Omit<DevState, 'embeddedIdp' | 'relay' | 'dynamodb' | 'archive' | 'auditKey'> {
  const named = (word: string) => {
    const name = [...tables.keys()].find((table) => table.includes(word));
    if (name === undefined) throw new Failure(`The template has no ${word} table.`);
    return name;
  };
  return {
    port,
    url: `http://localhost:${port}/mcp`,
    issuer,
    scopes,
    tables: { identities: named('Identities'), audit: named('Audit'), state: named('State'), seals: named('Seals') },
    auditToolIndex: (tables.get(named('Audit'))?.GlobalSecondaryIndexes ?? []).some(
      ({ IndexName }) => IndexName === AUDIT_TOOL_INDEX,
    ),
    pid: process.pid,
  };
}

/** mallory is known and disabled, so that this refusal can be seen. */
export async function seedDisabledUser(dynamo: Dynamo, table: string, issuer: string): Promise<void> {
  const identity = createIdentity({ dynamo, table, clock: systemClock, provisioning: 'auto' });
  const { uid } = await identity.resolve({ issuer, subject: 'mallory' });
  const item = await dynamo.get(table, userKey(uid), { consistent: true });
  await dynamo.put(table, { ...item, ...userKey(uid), status: 'disabled' });
}
