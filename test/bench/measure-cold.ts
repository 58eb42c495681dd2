import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundles } from './bundles.ts';
import { runOnce } from './child.ts';
import type { ColdStart } from './sides/cold.ts';
import { median } from './statistics.ts';
import type { Stub } from './stub.ts';

const FIRST_REQUEST = {
  mcp: '/mcp',
  mcpBackends: '/mcp',
  discovery: '/.well-known/oauth-protected-resource',
  debug: '/health',
  oauth: `/oauth/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    redirect_uri: 'https://claude.ai/api/mcp/auth_callback',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    resource: 'https://mcp.example.com/mcp',
    state: 'state-of-the-client',
  })}`,
  bare: '/',
} as const;
export type ColdName = keyof typeof FIRST_REQUEST;
const NAMES = Object.keys(FIRST_REQUEST) as ColdName[];

export interface ColdResult {
  readonly name: ColdName;
  readonly plain: ColdStart;
  /** With V8's compile cache, made beforehand. */
  readonly cached: ColdStart;
}

/** Import and first request of a fresh process, the stub behind it. */
export async function measureCold(bundles: Bundles, stub: Stub, rounds: number): Promise<readonly ColdResult[]> {
  const cache = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  const start = (name: ColdName, more: Readonly<Record<string, string>>) =>
    runOnce<ColdStart>(bundles.cold.file, [bundles[name].file, FIRST_REQUEST[name]], {
      env: { ...(name === 'oauth' ? stub.relayEnv : stub.env), ...more },
    });
  const withCache = { NODE_COMPILE_CACHE: cache };
  try {
    for (const name of NAMES) await start(name, withCache);
    const samples = NAMES.map((name) => ({ name, plain: [] as ColdStart[], cached: [] as ColdStart[] }));
    for (let round = 0; round < rounds; round++) {
      for (const { name, plain } of samples) plain.push(await start(name, {}));
      for (const { name, cached } of samples) cached.push(await start(name, withCache));
    }
    return samples.map(({ name, plain, cached }) => ({ name, plain: middle(plain), cached: middle(cached) }));
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

function middle(samples: readonly ColdStart[]): ColdStart {
  const of = (member: keyof ColdStart) => median(samples.map((sample) => sample[member]));
  return { imported: of('imported'), answered: of('answered'), cpu: of('cpu') };
}
