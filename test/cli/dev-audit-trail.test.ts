import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createDevTrail } from '../../cli/dev/audit-trail.ts';
import { planFrom } from '../../cli/dev/template.ts';
import { synthGateway } from '../../infra/synth.ts';
import { readDay } from '../../shared/audit/archive-read.ts';
import { parseVkey, verifyNote } from '../../shared/audit/log/note.ts';
import { checkpointText, parseSeal, type Seal } from '../../shared/audit/log/seal.ts';
import { createFolderObjects } from '../../shared/aws/objects-folder.ts';
import { captureLog } from '../support/log.ts';
import { createMemoryTable, type MemoryTable } from '../support/memory-table.ts';
import { callAt } from '../support/sealing.ts';

const MINUTE = 60_000;
const T = Date.UTC(2026, 10, 25, 10, 0);
const PORT = 59_871;

const plan = planFrom(
  synthGateway({
    context: { environment: 'dev', publicUrl: 'http://localhost:1', idp: 'oidc', issuer: 'http://localhost:2' },
    bundling: false,
  }).template,
);

let now = T;
let table: MemoryTable;
let trail: Awaited<ReturnType<typeof createDevTrail>>;
const { log, lines } = captureLog();
const scheduled: Array<{ readonly ms: number; readonly run: () => void; ended: boolean }> = [];

beforeEach(async () => {
  now = T;
  lines.length = 0;
  scheduled.length = 0;
  table = createMemoryTable();
  const every = (ms: number, run: () => void) => {
    const one = { ms, run, ended: false };
    scheduled.push(one);
    return () => {
      one.ended = true;
    };
  };
  trail = await createDevTrail({ plan, port: PORT, clock: () => now, log, dynamo: table.dynamo, every });
});
afterEach(() => trail.stop());

async function seals(): Promise<readonly Seal[]> {
  const objects = createFolderObjects(trail.archive);
  const found: Seal[] = [];
  for await (const { key } of objects.list('seals/'))
    found.push(parseSeal((await objects.get(key))?.body ?? new Uint8Array()));
  return found;
}

test('the schedules of the template run on this machine, until dev stops', async () => {
  expect([plan.schedules.map(({ everyMs }) => everyMs), scheduled.map(({ ms }) => ms)]).toEqual([
    [MINUTE, MINUTE],
    [MINUTE],
  ]);
  await trail.stop();
  expect(scheduled.map(({ ended }) => ended)).toEqual([true]);
});

test('what was written is swept, archived once, and sealed under the key that dev names', async () => {
  const records = [...callAt(T + 1), ...callAt(T + 2, 'denied'), ...callAt(T + 3, 'open')];
  for (const record of records) table.items.set(`${record.pk} ${record.sk}`, record);
  for (now = T + MINUTE; now <= T + 4 * MINUTE; now += MINUTE) await trail.tick();
  const archived: string[] = [];
  for await (const found of readDay(createFolderObjects(trail.archive), '2026-11-25')) {
    archived.push(`${found.kind} ${'sk' in found ? found.sk : ''}`);
  }
  const open = records[3]?.sk.replace(/#0$/, '#1');
  expect(archived.sort()).toEqual([...records.map(({ sk }) => sk), open].map((sk) => `record ${sk}`).sort());
  const [first] = (await seals()).filter(({ count }) => count > 0);
  expect(first).toMatchObject({ from: T, count: 5, counts: { intent: 2, outcome: 2, denial: 1, unknown: 1, open: 0 } });
  const verified = verifyNote(first?.note ?? '', parseVkey(trail.auditKey));
  expect(verified).toEqual({ text: checkpointText(first as Seal) });
  expect(lines.map(({ event }) => event)).toEqual(['audit.unknown']);
});
