import { z } from 'zod';
import type { Injection } from '../../cli/failures/row.ts';
import type { NetPolicy } from '../../shared/net/guarded-client.ts';
import { createGuardedClient } from '../../shared/net/guarded-client.ts';
import type { Send } from '../../shared/net/send.ts';
import { defineBackendTool } from '../../shared/tools/define-backend-tool.ts';
import { NOW, testConfig } from '../support/config.ts';
import type { TestDatabase } from '../support/database.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { createTestGateway } from '../support/gateway.ts';
import { createFaultyKms, KMS_KEY } from '../support/signing.ts';
import { newSubject, PROBE, type Stage } from './observe.ts';

export type BackendFault = Extract<Injection, { kind: 'backend' | 'signing' }>;

/** What takes time in the contract takes less of it here. */
const SLOW_MS = 120;
const SLOW: ReadonlySet<string> = new Set(['hang', 'slow body']);

/** A gateway whose one tool asks a server that goes wrong, or that it cannot prove anything to. */
export async function backendStage(
  database: TestDatabase,
  inject: BackendFault,
): Promise<{ readonly stage: Stage; readonly close: () => Promise<void> }> {
  let executed = 0;
  const backend = await startFaultProxy(async () => {
    executed++;
    return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"done":"yes"}' };
  });
  if (inject.kind === 'backend') await backend.inject(inject.fault, inject.times);
  const kms = createFaultyKms();
  kms.down = inject.kind === 'signing';
  const writes = inject.kind === 'signing' || inject.asked === 'write';
  const mode = inject.kind === 'signing' ? 'assertion' : 'none';
  const isSlow = inject.kind === 'backend' && SLOW.has(inject.fault);
  const gateway = createTestGateway(database, {
    config: testConfig({
      environment: 'dev',
      backends: { demo: { url: backend.url } },
      ...(mode === 'assertion' ? { assertionSigning: 'local' as const } : {}),
    }),
    env: { ASSERTION_KEY: KMS_KEY },
    kms: kms.kms,
    connect: isSlow ? impatient : (policy) => createGuardedClient(policy, { clock: () => NOW }),
    registry: { tools: [createTool(writes)], backends: { demo: { title: 'the CRM', auth: { mode } } } },
  });
  const subject = newSubject();
  const token = await gateway.token({ sub: subject });
  return { stage: { gateway, subject, token, runs: () => executed }, close: () => backend.close() };
}

function createTool(writes: boolean) {
  return defineBackendTool({
    name: PROBE,
    title: 'Probe',
    description: 'Asks a backend.',
    scopes: ['starter.echo'],
    backend: 'demo',
    input: z.strictObject({ note: z.string() }),
    output: z.strictObject({ done: z.string() }),
    annotations: { readOnlyHint: !writes },
    request: { method: writes ? 'POST' : 'GET', path: '/deals' },
  });
}

function impatient(policy: NetPolicy): Send {
  const send = createGuardedClient(policy, { clock: () => NOW });
  return (request, limits) => send(request, { ...limits, timeoutMs: SLOW_MS });
}
