import { describe, expect, test } from '@jest/globals';
import { planFrom } from '../../cli/dev/template.ts';
import { type Resource, synthGateway } from '../../infra/synth.ts';
import { readConfig } from '../../shared/core/config.ts';
import { deployed, offeredWith, scopesOf } from '../../shared/registry/index.ts';

const external = { idp: 'auth0', issuer: 'https://acme.eu.auth0.com/', publicUrl: 'https://mcp.acme.com' };
const synth = (context: Record<string, string> = {}) => synthGateway({ context, bundling: false }).template;
const prod = synth();
const dev = synth({ environment: 'dev' });
/** Without an address of any backend. */
const offered = scopesOf(offeredWith(deployed));

function all(type: string, { Resources } = prod): readonly Resource[] {
  return Object.values(Resources).filter(({ Type }) => Type === type);
}
const propertiesOf = (type: string, template = prod) => all(type, template).map(({ Properties = {} }) => Properties);

describe('the API', () => {
  test('sends each route to its function', () => {
    const { routes, functions } = planFrom(synth(external));
    const names = new Map(functions.map(({ logicalId, name }) => [logicalId, name]));
    expect(routes.map(({ key, functionId }) => [key, names.get(functionId)])).toEqual([
      ['ANY /mcp', 'mcp'],
      ['ANY /tools/{name}', 'mcp'],
      ['ANY /.well-known/{proxy+}', 'discovery'],
      ['$default', 'debug'],
    ]);
  });

  test('throttles, and logs nothing that could carry a token', () => {
    const [stage] = propertiesOf('AWS::ApiGatewayV2::Stage', synth({ throttleRate: '7', throttleBurst: '9' }));
    const { Format } = stage!['AccessLogSettings'] as { Format: string };
    expect({ ...stage, ApiId: undefined, AccessLogSettings: JSON.parse(Format) }).toEqual({
      StageName: '$default',
      AutoDeploy: true,
      ApiId: undefined,
      DefaultRouteSettings: { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9 },
      AccessLogSettings: {
        requestId: '$context.requestId',
        time: '$context.requestTime',
        route: '$context.routeKey',
        method: '$context.httpMethod',
        status: '$context.status',
        latencyMs: '$context.responseLatency',
        integrationLatencyMs: '$context.integrationLatency',
        sourceIp: '$context.identity.sourceIp',
        responseBytes: '$context.responseLength',
      },
    });
  });

  test('leaves CORS to the functions and speaks payload 2.0', () => {
    const [api] = propertiesOf('AWS::ApiGatewayV2::Api');
    const formats = propertiesOf('AWS::ApiGatewayV2::Integration').map((one) => one['PayloadFormatVersion']);
    expect([api, formats]).toEqual([{ Name: 'Gatehouse', ProtocolType: 'HTTP' }, ['2.0', '2.0', '2.0', '2.0']]);
  });
});

describe('the functions', () => {
  const shape = (template = prod) =>
    propertiesOf('AWS::Lambda::Function', template).map((one) => ({
      runtime: one['Runtime'],
      architectures: one['Architectures'],
      memory: one['MemorySize'],
      timeout: one['Timeout'],
      tracing: one['TracingConfig'],
      ownLogGroup: 'LogGroup' in ((one['LoggingConfig'] as object | undefined) ?? {}),
      reserved: one['ReservedConcurrentExecutions'],
    }));
  const each = {
    runtime: 'nodejs24.x',
    architectures: ['arm64'],
    memory: 1024,
    timeout: 28,
    tracing: { Mode: 'Active' },
    ownLogGroup: true,
    reserved: undefined,
  };
  /** Sweep, replay, archive, seal. */
  const ofTrail = [28, 60, 60, 300].map((timeout) => ({ ...each, timeout }));

  test('run on arm64 with explicit memory, time, log and traces, and reserve nothing', () => {
    expect(shape()).toEqual([each, each, each, ...ofTrail]);
  });

  test('reserve concurrency for mcp alone when asked to', () => {
    expect(shape(synth({ reservedConcurrency: '50' }))).toEqual([{ ...each, reserved: 50 }, each, each, ...ofTrail]);
  });

  test('get a configuration that they accept', () => {
    const { functions } = planFrom(synth({ ...external, environment: 'dev', audience: 'https://mcp.acme.com/mcp,x' }));
    const configs = functions
      .filter(({ name }) => !name.startsWith('audit-'))
      .map(({ environment }) => readConfig(environment));
    expect([configs.length, configs[0]]).toEqual([
      3,
      {
        service: 'gatehouse',
        version: expect.any(String),
        environment: 'dev',
        publicUrl: 'https://mcp.acme.com',
        idp: {
          preset: 'auth0',
          issuer: 'https://acme.eu.auth0.com/',
          audience: ['https://mcp.acme.com/mcp', 'x'],
          scopePrefix: '',
          allowedClientIds: [],
        },
        authorizationServer: 'direct',
        allowedOrigins: ['https://mcp.acme.com', 'https://chatgpt.com', 'https://claude.ai', 'http://localhost:6274'],
        debugToken: true,
        provisioning: 'auto',
        auditRetentionDays: 400,
      },
    ]);
  });

  test('are refused a configuration that does not fit their environment', () => {
    const allowedClientIds = Array.from({ length: 300 }, (_, at) => `client-number-${at}`).join(',');
    expect(() => synth({ ...external, allowedClientIds })).toThrow(
      /The variables of a function have \d+ bytes; Lambda takes 4096\. Shorten allowedOrigins, audience, allowedClientIds, issuers or relayClients\./,
    );
  });

  test('leave the log of mcp behind in prod, where outcomes are that their table did not take', () => {
    const kept = (template: typeof prod) =>
      Object.entries(template.Resources)
        .filter(([, { Type }]) => Type === 'AWS::Logs::LogGroup')
        .map(([id, resource]) => `${id.slice(0, -8)} ${(resource as { DeletionPolicy?: string }).DeletionPolicy}`);
    const ofTrail = ['AuditSweep', 'AuditReplay', 'AuditArchive', 'AuditSeal'].map((name) => `${name}Logs Delete`);
    expect([kept(prod), kept(dev)]).toEqual([
      ['HttpAccessLog Delete', 'McpLogs Retain', 'DiscoveryLogs Delete', 'DebugLogs Delete', ...ofTrail],
      ['HttpAccessLog Delete', 'McpLogs Delete', 'DiscoveryLogs Delete', 'DebugLogs Delete', ...ofTrail],
    ]);
  });

  test('keep their logs as long as asked', () => {
    const days = propertiesOf('AWS::Logs::LogGroup', synth({ logRetentionDays: '90' })).map(
      (one) => one['RetentionInDays'],
    );
    expect(days).toEqual(Array.from({ length: 8 }, () => 90));
  });
});

describe('the tables', () => {
  const shape = (template = prod) =>
    all('AWS::DynamoDB::GlobalTable', template).map(({ Properties = {}, ...rest }) => {
      const [replica] = Properties['Replicas'] as Array<Record<string, unknown>>;
      return {
        billing: Properties['BillingMode'],
        ttl: Properties['TimeToLiveSpecification'],
        encryption: Properties['SSESpecification'],
        restorable: replica!['PointInTimeRecoverySpecification'],
        protected: replica!['DeletionProtectionEnabled'],
        onDelete: (rest as { DeletionPolicy?: string }).DeletionPolicy,
      };
    });
  const each = {
    billing: 'PAY_PER_REQUEST',
    ttl: { AttributeName: 'ttl', Enabled: true },
    encryption: { SSEEnabled: true, SSEType: 'KMS' },
    restorable: { PointInTimeRecoveryEnabled: true },
    protected: true,
    onDelete: 'Retain',
  };

  test('are on demand, encrypted, restorable and kept in prod', () => {
    expect(shape()).toEqual([each, each, each, each]);
  });

  test('go with the stack in dev', () => {
    const gone = { ...each, protected: false, onDelete: 'Delete' };
    expect(shape(dev)).toEqual([gone, gone, gone, gone]);
  });

  test('the audit indexes stay as they are deployed, since CloudFormation refuses to change one', () => {
    const audit = propertiesOf('AWS::DynamoDB::GlobalTable').find((one) => one['GlobalSecondaryIndexes'] !== undefined);
    const indexes = audit!['GlobalSecondaryIndexes'] as Array<{ IndexName: string; Projection: unknown }>;
    const NonKeyAttributes = [
      'callId',
      'ts',
      'uid',
      'subject',
      'clientId',
      'method',
      'tool',
      'decision',
      'reason',
      'detail',
      'isError',
      'errorType',
      'latencyMs',
    ];
    const Projection = { ProjectionType: 'INCLUDE', NonKeyAttributes };
    expect(indexes.map(({ IndexName, Projection: shown }) => [IndexName, shown])).toEqual([
      ['gsi1', Projection],
      ['gsi2', Projection],
    ]);
  });
});

describe('the user pool', () => {
  const [pool] = propertiesOf('AWS::Cognito::UserPool');
  const [client] = propertiesOf('AWS::Cognito::UserPoolClient');
  const [server] = propertiesOf('AWS::Cognito::UserPoolResourceServer');

  test('is Essentials, closed to sign-up, protected in prod', () => {
    expect([
      pool!['UserPoolTier'],
      (pool!['AdminCreateUserConfig'] as { AllowAdminCreateUserOnly: boolean }).AllowAdminCreateUserOnly,
      pool!['DeletionProtection'],
      propertiesOf('AWS::Cognito::UserPool', dev)[0]!['DeletionProtection'],
    ]).toEqual(['ESSENTIALS', true, 'ACTIVE', 'INACTIVE']);
  });

  test('has one public client: code flow only, no secret, the callbacks of Claude and ChatGPT', () => {
    const { GenerateSecret, AllowedOAuthFlows, CallbackURLs, ExplicitAuthFlows, AllowedOAuthScopes } = client!;
    expect({
      GenerateSecret,
      AllowedOAuthFlows,
      CallbackURLs,
      ExplicitAuthFlows,
      scopes: (AllowedOAuthScopes as unknown[]).length,
    }).toEqual({
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      CallbackURLs: [
        'https://claude.ai/api/mcp/auth_callback',
        'https://claude.com/api/mcp/auth_callback',
        'https://chatgpt.com/connector_platform_oauth_redirect',
      ],
      ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH'],
      scopes: offered.length,
    });
  });

  test('has a resource server with a legal name and the scopes of the tools', () => {
    expect([/^[\w\s+=,.@-]+$/.test(String(server!['Name'])), server!['Scopes']]).toEqual([
      true,
      offered.map((name) => ({ ScopeName: name, ScopeDescription: `Use ${name}` })),
    ]);
  });

  test('has managed login with a branding for its client', () => {
    expect([
      propertiesOf('AWS::Cognito::UserPoolDomain')[0]!['ManagedLoginVersion'],
      propertiesOf('AWS::Cognito::ManagedLoginBranding').length,
    ]).toEqual([2, 1]);
  });

  test('does not exist with another identity provider or an existing pool', () => {
    const own = {
      issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12Cd34',
      authorizationEndpoint: 'https://a.example/authorize',
      tokenEndpoint: 'https://a.example/token',
      jwksEndpoint: 'https://a.example/jwks',
      allowedClientIds: 'client-1',
    };
    const count = (template: typeof prod) =>
      Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::Cognito::')).length;
    expect([count(prod), count(synth(external)), count(synth(own))]).toEqual([5, 0, 0]);
  });
});

test('the outputs say what to paste where', () => {
  expect(Object.keys(prod.Outputs ?? {})).toEqual([
    'McpUrl',
    'Issuer',
    'ClientId',
    'IdentitiesTable',
    'AuditTable',
    'StateTable',
    'ConnectChatGPT',
    'ConnectClaude',
    'ArchiveUrl',
    'SealsTable',
    'SealKey',
    'AuditLogName',
    'AuditWorkGroup',
    'AuditDatabase',
  ]);
  expect(synth(external).Outputs?.['ConnectClaude']?.Value).toBe(
    'Customize > Connectors > + > Add custom connector: URL https://mcp.acme.com/mcp',
  );
});
