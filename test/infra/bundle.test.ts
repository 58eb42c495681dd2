import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { build } from 'esbuild';
import { buildFunction } from '../../infra/bundling/build-function.ts';
import { readParameters } from '../../infra/config.ts';
import { GatewayStack } from '../../infra/gateway-stack.ts';
import { projectRoot } from '../../infra/project.ts';
import type { RelayConfig } from '../../shared/core/config.ts';
import { testConfig } from '../support/config.ts';

const run = promisify(execFile);
const FUNCTIONS = [
  'mcp',
  'discovery',
  'debug',
  'oauth',
  'pre-token',
  'demo-backend',
  'audit-sweep',
  'audit-replay',
  'audit-archive',
  'audit-seal',
].map((name) => `import './functions/${name}/index.ts';`);

/** Asset directories with one file each. */
let bundles: readonly string[] = [];

beforeAll(() => {
  const app = new App({ analyticsReporting: false });
  const parameters = readParameters({
    groupScopes: 'readers:starter.whoami',
    authorizationServer: 'relay',
    demoBackend: 'true',
  });
  new GatewayStack(app, { parameters, bundling: true });
  const { directory } = app.synth();
  bundles = readdirSync(directory)
    .filter((name) => name.startsWith('asset.'))
    .map((name) => join(directory, name));
});

test('each function is one file of at most 500 KB', () => {
  expect(bundles.map((bundle) => readdirSync(bundle))).toEqual(
    Array.from({ length: FUNCTIONS.length }, () => ['index.mjs']),
  );
  const sizes = bundles.map((bundle) => readFileSync(join(bundle, 'index.mjs')).length);
  expect(sizes.filter((bytes) => bytes > 500_000)).toEqual([]);
});

test('modules of Node come by their members: an import reads all of them, and some load much more', () => {
  const imported = bundles.map((bundle) =>
    readFileSync(join(bundle, 'index.mjs'), 'utf8').match(/from ?["']node:\w+/g),
  );
  // The one that esbuild needs for `require`.
  expect(imported).toEqual(bundles.map(() => ["from 'node:module"]));
});

const CLIENTS = [
  ['mcp', ['client-dynamodb', 'client-kms', 'client-secrets-manager']],
  ['oauth', ['client-dynamodb', 'client-secrets-manager']],
] as const;

test.each(CLIENTS)('%s brings no languages of zod, and of the SDK only what Lambda needs', async (name, clients) => {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bundle-'));
  const { outputs } = await buildFunction(`functions/${name}/index.ts`, join(directory, 'index.mjs'));
  rmSync(directory, { recursive: true });
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
  const carried = (pattern: RegExp) => used.filter((file) => pattern.test(file));
  // As docs/add-a-tool.md writes it.
  expect(readFileSync(join(projectRoot, 'shared/tools/echo.ts'), 'utf8')).toContain("import { z } from 'zod';");
  const services = carried(/node_modules\/@aws-sdk\/client-/).map((file) => file.split('/')[2]);
  expect({
    services: [...new Set(services)].sort(),
    languages: carried(/zod\/v4\/locales\//),
    credentials: carried(/credential-provider-(?:ini|sso|process|web-identity|login|http|imds)|nested-clients/),
    eventStreams: carried(/submodules\/event-streams\//),
    endpointCache: carried(/node_modules\/(?:mnemonist|@aws-sdk\/endpoint-cache)\//),
  }).toEqual({
    services: clients,
    languages: ['node_modules/zod/v4/locales/en.js'],
    credentials: [],
    eventStreams: [],
    endpointCache: [],
  });
});

/** The files whose code ends up in a bundle of this source. */
async function filesIn(source: string): Promise<readonly string[]> {
  const { metafile } = await build({
    stdin: { contents: source, resolveDir: projectRoot, loader: 'ts' },
    absWorkingDir: projectRoot,
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs);
}

test('no function carries code of the MCP SDK: it is an oracle in tests and a source of types', async () => {
  const found = await Promise.all(FUNCTIONS.map(filesIn));
  const planted = await filesIn("import { McpServer } from '@modelcontextprotocol/server'; console.log(McpServer);");
  const isSdk = (file: string) => file.startsWith('node_modules/@modelcontextprotocol/');
  expect([found.map((files) => files.some(isSdk)), planted.some(isSdk)]).toEqual([FUNCTIONS.map(() => false), true]);
});

test('no function carries a fixture of the conformance suite, nor anything else that is for this machine only', async () => {
  const found = await Promise.all(FUNCTIONS.map(filesIn));
  const planted = await filesIn("import { withFixtures } from './cli/fixtures/index.ts'; console.log(withFixtures);");
  const isLocal = (file: string) => /^(cli|infra|test)\//.test(file);
  expect([found.flat().filter(isLocal), planted.filter(isLocal).length > 5]).toEqual([[], true]);
});

const relay: RelayConfig = {
  clientId: 'gatehouse',
  clientAuth: 'client_secret_basic',
  registration: true,
  strict: true,
  reauth: false,
  clients: [],
};

test('each function loads in a bare Node and exports a handler', async () => {
  const env = {
    PATH: process.env['PATH'],
    AWS_REGION: 'eu-central-1',
    GATEHOUSE_CONFIG: JSON.stringify(testConfig({ authorizationServer: 'relay', relay })),
    RELAY_KEYS_ARN: 'k',
    UPSTREAM_SECRET_ARN: 'u',
    IDENTITIES_TABLE: 'i',
    AUDIT_TABLE: 'a',
    STATE_TABLE: 's',
    SEALS_TABLE: 'l',
    ARCHIVE_BUCKET: 'b',
    AUDIT_LOG: 'gatehouse-audit/000000000000/eu-central-1/Test',
    AUDIT_SIGNING_KEY: 'k',
    DEMO_TABLE: 'd',
    GATEWAY_URL: 'https://mcp.example.com',
    AUDIENCE: 'demo',
    PRE_TOKEN_RULES: JSON.stringify({ scopePrefix: 'mcp/', groups: [] }),
  };
  const outputs = await Promise.all(
    bundles.map(async (bundle) => {
      const script = `const { handler } = await import(${JSON.stringify(join(bundle, 'index.mjs'))}); process.stdout.write('handler is a ' + typeof handler, () => process.exit(0));`;
      const { stdout } = await run(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], { env });
      return /handler is a \w+/.exec(stdout)?.[0];
    }),
  );
  expect(outputs).toEqual(Array.from({ length: FUNCTIONS.length }, () => 'handler is a function'));
});

test('a synthesis leaves no bundle behind in the temporary directory', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  const env = { ...process.env, NODE_OPTIONS: '', TMPDIR: directory, CDK_OUTDIR: join(directory, 'cdk.out') };
  await run(process.execPath, ['--import', 'tsx', 'infra/app.ts'], { cwd: projectRoot, env });
  const left = readdirSync(directory).filter((name) => name.startsWith('gatehouse-') || name === 'cdk.out');
  rmSync(directory, { recursive: true });
  expect(left).toEqual(['cdk.out']);
});
