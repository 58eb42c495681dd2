import { Annotations, CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { usesAssertions } from '../shared/backends/check.ts';
import type { GatewayConfig } from '../shared/core/config.ts';
import type { Parameters } from '../shared/core/parameters.ts';
import { USER_PARTITIONS } from '../shared/core/tables.ts';
import { deployed, requireDescribed } from '../shared/registry/index.ts';
import { acknowledgeFindings } from './acknowledged.ts';
import { createAuditTrail } from './audit-trail.ts';
import { invocationsOf, secretsOf, settingsOf } from './backends.ts';
import { ConfigError } from './config.ts';
import { alarmRules } from './constructs/alarm-rules.ts';
import { Alarms } from './constructs/alarms.ts';
import { AssertionKey } from './constructs/assertion-key.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { GatewayFunction, type GatewayFunctionProps } from './constructs/gateway-function.ts';
import { Metrics, type Monitored } from './constructs/metrics.ts';
import { Tables } from './constructs/tables.ts';
import { createDemoBackend, type DemoBackend } from './demo-backend.ts';
import { tooLarge } from './environment-size.ts';
import { createFrontDoor, type FrontDoor } from './front-door.ts';
import { EDGE_REGION, mustBeInEdgeRegion } from './front-door-checks.ts';
import { toGatewayConfig } from './gateway-config.ts';
import { makesAppClient } from './idp-checks.ts';
import { idpWarnings } from './idp-warnings.ts';
import { modeNote } from './mode-checks.ts';
import { stackOutputs } from './outputs.ts';
import { createRelay, type Relay, serveRelay } from './relay.ts';
import { createSignIn } from './sign-in.ts';

export interface GatewayStackProps {
  readonly parameters: Parameters;
  readonly bundling: boolean;
  /** Whether a backend gets assertions; by default what the backends need. */
  readonly assertions?: boolean;
}

/** The whole gateway in one stack: API → resource server → client → configuration has no cycle inside one. */
export class GatewayStack extends Stack {
  private readonly parameters: Parameters;
  private readonly bundling: boolean;
  private readonly assertions: boolean;

  constructor(scope: Construct, { parameters, bundling, ...given }: GatewayStackProps) {
    const { assertions = usesAssertions(deployed.backends, settingsOf(parameters)) } = given;
    super(scope, parameters.stackName, {
      description: 'Gatehouse, an MCP gateway',
      terminationProtection: parameters.environment === 'prod',
      ...(mustBeInEdgeRegion(parameters) ? { env: { region: EDGE_REGION } } : {}),
    });
    requireDescribed(deployed);
    this.parameters = parameters;
    this.bundling = bundling;
    this.assertions = assertions;
    const tables = new Tables(this, 'Tables', {
      isProtected: parameters.environment === 'prod',
      toolIndex: parameters.auditToolIndex,
    });
    const door = createFrontDoor(this, parameters);
    const { publicUrl } = door;
    const signIn = makesAppClient(parameters) ? createSignIn(this, { parameters, publicUrl, bundling }) : undefined;
    const demo = parameters.demoBackend ? this.createDemoBackend(publicUrl) : undefined;
    const backends = settingsOf(parameters, demo?.settings);
    const config = toGatewayConfig(parameters, publicUrl, signIn?.facts, { assertions, backends });
    const key = assertions ? this.createAssertionKey(tables) : undefined;
    const monitored = this.createFunctions(config, tables, door, key);
    const relay = config.relay && this.createRelay(config, tables, door, signIn?.clientSecret);
    const trail = createAuditTrail(this, {
      table: tables.audit,
      parameters,
      writers: [monitored.mcp, ...(relay ? [relay.fn.fn] : [])],
      createFunction: (id, props) => this.createFunction(id, props),
    });
    const more = [relay?.fn.fn, signIn?.preToken, demo?.fn.fn].filter((fn) => fn !== undefined);
    this.monitor({ ...monitored, trail, functions: [...monitored.functions, ...more, ...trail.functions] });
    for (const { id, text } of idpWarnings(config)) Annotations.of(this).addWarningV2(id, text);
    Annotations.of(this).addInfoV2('gatehouse:mode', modeNote(parameters));
    const clientId = relay ? undefined : signIn?.facts.clientId;
    const outputs = stackOutputs({ config, tables, clientId, relayKeysArn: relay?.keysArn });
    for (const [name, value] of Object.entries({ ...outputs, ...trail.outputs, ...door.outputs }))
      new CfnOutput(this, name, { value });
    acknowledgeFindings(this, parameters);
  }

  private createAssertionKey(tables: Tables): AssertionKey {
    const { assertionSigning: signing, environment } = this.parameters;
    const stateTableArn = tables.state.tableArn;
    return new AssertionKey(this, 'Assertions', { signing, stateTableArn, isProtected: environment === 'prod' });
  }

  private createFunctions(
    config: GatewayConfig,
    tables: Tables,
    door: FrontDoor,
    key: AssertionKey | undefined,
  ): Omit<Monitored, 'trail'> {
    const common = this.commonEnvironment(config, door);
    const IDENTITIES_TABLE = tables.identities.tableName;
    const STATE_TABLE = tables.state.tableName;
    const ASSERTION_KEY: Readonly<Record<string, string>> = key === undefined ? {} : { ASSERTION_KEY: key.keyId };
    const mcp = this.createFunction('Mcp', {
      name: 'mcp',
      description: 'POST /mcp and POST /tools/{name}',
      environment: this.checkSize(config, {
        ...common,
        IDENTITIES_TABLE,
        AUDIT_TABLE: tables.audit.tableName,
        ...(this.parameters.auditToolIndex ? { AUDIT_TOOL_INDEX: 'true' } : {}),
        STATE_TABLE,
        ...ASSERTION_KEY,
      }),
      reservedConcurrency: this.parameters.reservedConcurrency,
      // Where an outcome went that its table did not take: part of the audit trail, kept with it.
      keepsLog: this.parameters.environment === 'prod',
    });
    mcp.allow(['GetItem', 'PutItem'], tables.identities.tableArn);
    // Append only: what is in the trail cannot be read, changed or removed by the function that writes it.
    mcp.allow(['PutItem'], tables.audit.tableArn);
    mcp.allow(['GetItem', 'PutItem', 'DeleteItem'], tables.state.tableArn);
    // What tools keep of a user is listed a partition at a time; keys and marks are in others.
    mcp.permit(['dynamodb:Query'], tables.state.tableArn, {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${USER_PARTITIONS}*`] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    });
    const secrets = secretsOf(config.backends ?? {});
    if (secrets.length > 0) mcp.readSecrets(secrets);
    for (const [action, arn] of invocationsOf(config.backends ?? {})) mcp.permit([action], arn);
    key?.letSign(mcp);
    const discovery = this.createFunction('Discovery', {
      name: 'discovery',
      description: 'Well-known documents',
      environment: key === undefined ? common : { ...common, STATE_TABLE, ...ASSERTION_KEY },
    });
    key?.letPublish(discovery);
    const debug = this.createFunction('Debug', {
      name: 'debug',
      description: 'Service page, health, token report, and 404 for the rest',
      environment: { ...common, IDENTITIES_TABLE },
    });
    debug.allow(['GetItem'], tables.identities.tableArn);
    serve(door, { mcp, discovery, debug });
    return { api: door.api, mcp: mcp.fn, functions: [mcp.fn, discovery.fn, debug.fn], tables };
  }

  private createDemoBackend(publicUrl: string): DemoBackend {
    return createDemoBackend(this, { publicUrl, createFunction: (id, props) => this.createFunction(id, props) });
  }

  private createRelay(config: GatewayConfig, tables: Tables, door: FrontDoor, clientSecret: string | undefined): Relay {
    const relay = createRelay(this, {
      parameters: this.parameters,
      clientSecret,
      tables,
      environment: this.commonEnvironment(config, door),
      createFunction: (id, props) =>
        this.createFunction(id, { ...props, environment: this.checkSize(config, props.environment) }),
    });
    serveRelay(door.api, relay, this.parameters);
    if (door.edge) relay.fn.fn.node.addDependency(door.edge.distribution);
    return relay;
  }

  private monitor(monitored: Monitored): void {
    const metrics = new Metrics(this, 'Metrics', monitored);
    const backends = Object.keys(settingsOf(this.parameters)).length > 0;
    const alarms = new Alarms(this, 'Alarms', {
      rules: alarmRules(metrics, { ...this.parameters, assertions: this.assertions, backends }),
      parameters: this.parameters,
    });
    new Dashboard(this, 'Dashboard', { metrics, alarms: alarms.all });
  }

  private createFunction(id: string, props: Omit<GatewayFunctionProps, 'bundling' | 'logRetention'>): GatewayFunction {
    const { bundling, parameters } = this;
    return new GatewayFunction(this, id, { ...props, bundling, logRetention: parameters.logRetentionDays });
  }

  private commonEnvironment(config: GatewayConfig, { edge }: FrontDoor): Readonly<Record<string, string>> {
    return {
      GATEHOUSE_CONFIG: this.toJsonString(config),
      STACK_NAME: this.stackName,
      ...(edge === undefined ? {} : { EDGE_SECRETS: edge.acceptedSecrets }),
    };
  }

  /** Of the functions with the most variables; Lambda would refuse them in the middle of a deploy. */
  private checkSize<Environment extends Readonly<Record<string, string>>>(
    config: GatewayConfig,
    environment: Environment,
  ): Environment {
    const problem = tooLarge({ ...environment, GATEHOUSE_CONFIG: JSON.stringify(config) }, this.stackName);
    if (problem !== undefined) throw new ConfigError(problem);
    return environment;
  }
}

function serve(
  { api, edge }: FrontDoor,
  { mcp, discovery, debug }: Readonly<Record<'mcp' | 'discovery' | 'debug', GatewayFunction>>,
): void {
  api.serve('McpRoute', '/mcp', mcp.fn);
  api.serve('ToolsRoute', '/tools/{name}', mcp.fn);
  api.serve('WellKnownRoute', '/.well-known/{proxy+}', discovery.fn);
  api.serve('DefaultRoute', undefined, debug.fn);
  // Old functions accept the secret that CloudFront is about to send; new ones no longer the one before it.
  if (edge) for (const { fn } of [mcp, discovery, debug]) fn.node.addDependency(edge.distribution);
}
