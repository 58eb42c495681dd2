import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Objects } from '../../../shared/aws/objects.ts';
import { openArchive } from '../../../shared/aws/open-archive.ts';
import { callAt } from '../../support/sealing.ts';
import { inventory, listed } from '../account.ts';
import { gatehouse } from '../cdk.ts';
import type { Step } from '../story.ts';
import { type Gateway, STACK, type World } from '../world.ts';

/** A minute has to end, and 90 seconds more: so much later it is for the sealer, and nobody waits. */
const AHEAD_MS = 150_000;
const PATIENCE_MS = 45_000;
const DAY_MS = 86_400_000;

type Row = Readonly<Record<string, unknown>>;

/** Before anything is recorded: what came earlier than the first run is not in the log. */
export async function beginLog(world: World, step: Step): Promise<void> {
  await step('the deployed sealer begins the log, with a key of KMS that never leaves it', () =>
    invoke(world, 'AuditSeal'),
  );
}

/** What the deployed functions made of everything that was recorded until now. */
export async function trailDev(world: World, gateway: Gateway, step: Step): Promise<void> {
  const { outputs } = gateway;
  const archive = openArchive(outputs['ArchiveUrl'] ?? '');
  const ask = (...args: readonly string[]) => gatehouse(world.environment, 'audit', ...args);
  const key = await step('gatehouse audit key --stack prints the key that auditors pin', async () => {
    const printed = (await ask('key', '--stack', STACK)).trim();
    assert.match(printed, /^gatehouse-audit\/000000000000\/us-east-1\/Gatehouse\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/);
    return printed;
  });
  const call = await step(
    'the sweeper finds no call without an end, and the sealer seals the minutes up to here',
    async () => {
      await invoke(world, 'AuditSweep');
      // Before the sealing: who asks the trail leaves a record there.
      const calls = (await rows(ask)).filter(({ subject }) => subject !== '');
      assert.deepEqual(
        calls.filter(({ outcome }) => outcome === 'open' || outcome === 'UNKNOWN'),
        [],
      );
      await settled(world, gateway);
      world.setSealerAhead(AHEAD_MS);
      await invoke(world, 'AuditSeal');
      return String(calls.find(({ subject }) => subject === 'alice')?.['callId']);
    },
  );
  await step('every record of the table came through its stream into the archive, once', async () => {
    const inTable = await countItems(world, outputs['AuditTable'] ?? '');
    const verified = await until(
      () => verify(ask, key),
      ({ records }) => records === inTable,
    );
    assert.deepEqual(
      [verified['verdict'], verified['findings'], verified['records'], verified['size']],
      ['ok', [], inTable, inTable],
    );
  });
  await step(
    'gatehouse audit prove makes a proof of one call, and check-proof believes it with the key alone',
    async () => {
      const file = join(world.environment['HOME'] ?? '', 'proof.json');
      await ask('prove', call, '--archive', outputs['ArchiveUrl'] ?? '', '--out', file);
      assert.match(await ask('check-proof', file, '--key', key), /^OK: in the log gatehouse-audit\//m);
    },
  );
  await step(
    'a record of three days ago, put into the table now, is marked, sealed as belated and verified',
    async () => {
      const [record] = callAt(Date.now() - 3 * DAY_MS, 'denied');
      const Item = marshall(record as object, { removeUndefinedValues: true });
      await world.api.json('dynamodb', 'DynamoDB_20120810.PutItem', { TableName: outputs['AuditTable'] ?? '', Item });
      const sealed = await until(
        async () => {
          await invoke(world, 'AuditSeal');
          return listed((await verify(ask, key))['findings']);
        },
        (findings) => findings.some(({ code }) => code === 'seal-belated'),
      );
      const codes = [...new Set(sealed.map(({ code, severity }) => `${code} ${severity}`))];
      assert.deepEqual(codes, ['seal-belated notice']);
      const file = join(world.environment['HOME'] ?? '', 'belated.json');
      await ask('prove', record?.callId ?? '', '--archive', outputs['ArchiveUrl'] ?? '', '--out', file);
      assert.match(await ask('check-proof', file, '--key', key), /^OK: in the log gatehouse-audit\//m);
    },
  );
  await step('a record changed in the table is seen in the stream, and kept under tamper/', async () => {
    await changeOne(world, outputs['AuditTable'] ?? '');
    const kept = await until(
      () => namesIn(archive, 'tamper/'),
      ({ length }) => length > 0,
    );
    assert.equal(kept.length, 1);
  });
  await step('a record changed in the archive is found by audit verify: broken, by name', async () => {
    const [name = ''] = (await namesIn(archive, 'records/')).filter((one) => one.endsWith('.gz'));
    const changed = await overwrite(world, outputs['ArchiveUrl'] ?? '', name);
    const { verdict, findings } = await verify(ask, key);
    const named = listed(findings).map(({ code, record }) => `${code} ${record ?? ''}`.trim());
    assert.equal(verdict, 'broken');
    assert.ok(named.includes(`record-changed ${changed}`), named.join());
    // And what the step before did to the table.
    assert.ok(
      named.some((one) => one.startsWith('tamper-recorded')),
      named.join(),
    );
  });
}

type Ask = (...args: readonly string[]) => Promise<string>;

async function invoke({ api }: World, construct: string): Promise<void> {
  const { functions } = await inventory(api, STACK);
  const [name = ''] = functions.filter((one) => one.includes(`${construct}Function`));
  const answer = await api.post('lambda', `/2015-03-31/functions/${name}/invocations`, {});
  assert.equal(answer, null, `${construct}: ${JSON.stringify(answer)}`);
}

async function rows(ask: Ask): Promise<readonly Row[]> {
  const lines = await ask('query', '--stack', STACK, '--json', '--limit', '500');
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

/** Ends with 1 or 2 when something is wrong, which is what is looked at here. */
async function verify(ask: Ask, key: string): Promise<Row> {
  const report = await ask('verify', '--stack', STACK, '--key', key, '--json').catch((error: Error) => error.message);
  return JSON.parse(report.slice(report.indexOf('{'))) as Row;
}

async function countItems({ api }: World, table: string): Promise<number> {
  const { Count } = await api.json('dynamodb', 'DynamoDB_20120810.Scan', { TableName: table, Select: 'COUNT' });
  return Number(Count);
}

/**
 * Samples of refused tokens come by way of the log: whatever is still on its way would be late for its minute. The emulator
 * reads what a function wrote when that is asked the next time.
 */
async function settled(world: World, { url, fetch, outputs }: Gateway): Promise<void> {
  const table = outputs['AuditTable'] ?? '';
  for (const path of ['/mcp', '/oauth/authorize']) await fetch(`${new URL(url).origin}${path}`);
  await pause(3000);
  let before = -1;
  await until(
    async () => {
      const [last, now] = [before, await countItems(world, table)];
      before = now;
      return now === last;
    },
    (isSame) => isSame,
    3000,
  );
}

/** The stream comes when it comes. */
async function until<T>(look: () => Promise<T>, isGood: (seen: T) => boolean, everyMs = 1000): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (isGood(seen) || Date.now() > end) return seen;
    await pause(everyMs);
  }
}

async function namesIn(archive: Objects, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { key } of archive.list(prefix)) names.push(key);
  return names;
}

/** As somebody with all rights in the account could. */
async function changeOne({ api }: World, table: string): Promise<void> {
  const call = (action: string, input: object) =>
    api.json('dynamodb', `DynamoDB_20120810.${action}`, { TableName: table, ...input });
  const { Items } = await call('Scan', { Limit: 1 });
  const [item] = Items as ReadonlyArray<Readonly<Record<string, object>>>;
  await call('PutItem', { Item: { ...item, tool: { S: 'another' } } });
}

/** Says which record. */
async function overwrite({ api }: World, archive: string, name: string): Promise<string> {
  const bucket = new URL(archive).hostname;
  const found = await openArchive(archive).get(name);
  const [first = '', ...lines] = gunzipSync(found?.body ?? Buffer.alloc(0))
    .toString('utf8')
    .split('\n');
  const record = JSON.parse(first) as Row;
  const changed = [JSON.stringify({ ...record, requestId: 'another' }), ...lines].join('\n');
  const path = `/${bucket}/${name.split('/').map(encodeURIComponent).join('/')}`;
  await api.put('s3', path, gzipSync(changed));
  return String(record['sk']);
}
