import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Objects } from '../../../shared/aws/objects.ts';
import { openArchive } from '../../../shared/aws/open-archive.ts';
import { inventory } from '../account.ts';
import { gatehouse } from '../cdk.ts';
import type { Step } from '../story.ts';
import { type Gateway, STACK, type World } from '../world.ts';

/** A minute has to end, and 90 seconds more: so much later it is for the sealer, and nobody waits. */
const AHEAD_MS = 150_000;
const PATIENCE_MS = 45_000;

type Row = Readonly<Record<string, unknown>>;

/** Before anything is recorded: what came earlier than the first run is not in the log. */
export async function beginLog(world: World, step: Step): Promise<void> {
  await step('the deployed sealer begins the log, with a key of KMS that never leaves it', () =>
    invoke(world, 'AuditSeal'),
  );
}

/** What the deployed functions made of everything that was recorded until now. */
export async function trailDev(world: World, { outputs }: Gateway, step: Step): Promise<void> {
  const archive = openArchive(outputs['ArchiveUrl'] ?? '');
  const ask = (...args: readonly string[]) => gatehouse(world.environment, 'audit', ...args);
  const key = await step('gatehouse audit key --stack prints the key that auditors pin', async () => {
    const printed = (await ask('key', '--stack', STACK)).trim();
    assert.match(printed, /^gatehouse-audit\/000000000000\/us-east-1\/Gatehouse\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/);
    return printed;
  });
  await step('the sweeper finds no call without an end, and the sealer seals the minutes up to here', async () => {
    await invoke(world, 'AuditSweep');
    world.setSealerAhead(AHEAD_MS);
    await invoke(world, 'AuditSeal');
    const calls = (await rows(ask)).filter(({ subject }) => subject !== '');
    assert.deepEqual(
      calls.filter(({ outcome }) => outcome === 'open' || outcome === 'UNKNOWN'),
      [],
    );
  });
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
      const [call] = (await rows(ask)).filter(({ subject }) => subject === 'alice');
      const file = join(world.environment['HOME'] ?? '', 'proof.json');
      await ask('prove', String(call?.['callId']), '--archive', outputs['ArchiveUrl'] ?? '', '--out', file);
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
    await overwrite(world, outputs['ArchiveUrl'] ?? '', name);
    const { verdict, counts } = await verify(ask, key);
    assert.deepEqual([verdict, counts], ['broken', { 'record-changed': 1 }]);
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

/** The stream comes when it comes. */
async function until<T>(look: () => Promise<T>, isGood: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look();
    if (isGood(seen) || Date.now() > end) return seen;
    await pause(1000);
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

async function overwrite({ api }: World, archive: string, name: string): Promise<void> {
  const bucket = new URL(archive).hostname;
  const found = await openArchive(archive).get(name);
  const text = gunzipSync(found?.body ?? Buffer.alloc(0)).toString('utf8');
  const path = `/${bucket}/${name.split('/').map(encodeURIComponent).join('/')}`;
  await api.put('s3', path, gzipSync(text.replace('"subject":"alice"', '"subject":"mallory"')));
}
