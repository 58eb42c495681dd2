import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Injection } from '../../cli/failures/row.ts';
import { SESSION_ROWS } from '../../cli/failures/session-rows.ts';
import { createGuardedClient, type NetPolicy } from '../../shared/net/guarded-client.ts';
import type { Send } from '../../shared/net/send.ts';
import { NOW } from '../support/config.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { createTestGateway } from '../support/gateway.ts';
import { expected, newSubject, observe, type Stage } from './observe.ts';
import { createProbe } from './probe.ts';

/** What takes a second in the contract takes less of it here. */
const SHORT_MS = 150;
const ANSWER = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
<SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey><SessionToken>${'token'.repeat(4)}</SessionToken>
</Credentials></AssumeRoleResult></AssumeRoleResponse>`;

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

/** A gateway whose one tool keeps something for its user, by a session that STS gives or does not give. */
async function sessionStage({ fault }: Extract<Injection, { kind: 'session' }>) {
  const sts = await startFaultProxy(async () => ({ status: 200, headers: {}, body: ANSWER }));
  await sts.inject(fault);
  const { tool, runs } = createProbe(async ({ store }) => {
    await store.put('k', 'kept');
    return { done: 'yes' };
  });
  const reached = (policy: NetPolicy): Send => {
    const here = { ...policy, hosts: new Set([new URL(sts.url).host]), allowHttpLoopback: true };
    const send = createGuardedClient(here, { clock: () => NOW });
    return (request, limits) => send({ ...request, url: `${sts.url}/` }, { ...limits, timeoutMs: SHORT_MS });
  };
  const gateway = createTestGateway(database, {
    tools: [tool],
    env: { USER_ROLE: 'arn:aws:iam::123456789012:role/Gatehouse-UserData', AWS_REGION: 'eu-central-1' },
    connect: reached,
    sessionDynamo: () => database.dynamo,
  });
  const subject = newSubject();
  const stage: Stage = { gateway, subject, token: await gateway.token({ sub: subject }), runs };
  return { stage, sts };
}

test.each(SESSION_ROWS)('$dependency × $failure', async (row) => {
  const { stage, sts } = await sessionStage(row.inject as Extract<Injection, { kind: 'session' }>);
  const seen = await observe(stage, row);
  await sts.close();
  expect(seen).toEqual(expected(row));
});
