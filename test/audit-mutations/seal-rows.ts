import { signNote } from '../../shared/audit/log/note.ts';
import { checkpointText, formatSeal, type Seal, sealPath } from '../../shared/audit/log/seal.ts';
import { uuidv7Time } from '../../shared/core/ids.ts';
import { createTestSigner, LOG_NAME } from '../support/sealing.ts';
import { buildArchive } from './archive.ts';
import { flip, keysOf, linesOf, readJson, readSealAt, resign, sealKeys, setLines, signed, writeJson } from './edit.ts';
import type { Mutation, Scene } from './mutation.ts';

const where = ({ n }: Seal, object?: string) => ({ seal: n, ...(object === undefined ? {} : { object }) });

/** Of the seals that are neither the first nor the newest: those are rows of their own. */
const inner = ({ archive }: Scene) => sealKeys(archive).slice(1, -1);
const minutes = ({ archive }: Scene) =>
  sealKeys(archive)
    .slice(1, -1)
    .filter((key) => readSealAt(archive, key).kind === 'minute');
const backfills = ({ archive }: Scene) =>
  sealKeys(archive).filter((key) => readSealAt(archive, key).kind === 'backfill');

const onSeal = (
  name: string,
  found: Mutation['found'],
  change: (scene: Scene, key: string, seal: Seal) => void | Promise<void>,
  keys: (scene: Scene) => readonly string[] = ({ archive }) => sealKeys(archive),
): Mutation => ({
  name,
  found,
  apply: async (scene) => {
    const key = scene.pick(keys(scene));
    const seal = readSealAt(scene.archive, key);
    await change(scene, key, seal);
    return where(seal);
  },
});

const inJson = (
  name: string,
  found: Mutation['found'],
  change: (seal: Seal) => object,
  keys?: (scene: Scene) => readonly string[],
) => onSeal(name, found, ({ archive }, key, seal) => writeJson(archive, key, { ...seal, ...change(seal) }), keys);

const resigned = (
  name: string,
  found: Mutation['found'],
  change: (seal: Seal) => Partial<Seal>,
  keys: (scene: Scene) => readonly string[],
) => onSeal(name, found, ({ archive, signer }, key) => resign(archive, key, signer, change), keys);

export const SEAL_ROWS: readonly Mutation[] = [
  onSeal('a seal is deleted', 'seal-missing', ({ archive }, key) => void archive.delete(key), inner),
  {
    name: 'the first seal is deleted',
    found: 'seal-missing',
    apply: ({ archive }) => {
      archive.delete(sealKeys(archive)[0] ?? '');
      return { seal: 0 };
    },
  },
  {
    name: 'the newest seal is deleted, its list stays',
    found: 'log-goes-on',
    apply: ({ archive }) => {
      const key = sealKeys(archive).at(-1) ?? '';
      const { n } = readSealAt(archive, key);
      archive.delete(key);
      return { seal: n };
    },
  },
  {
    name: 'the two newest seals are deleted, their lists stay',
    found: 'log-truncated',
    apply: ({ archive }) => {
      const keys = sealKeys(archive).slice(-2);
      const { n } = readSealAt(archive, keys[1] ?? '');
      for (const key of keys) archive.delete(key);
      return { seal: n };
    },
  },
  onSeal('a backfill is deleted', 'seal-missing', ({ archive }, key) => void archive.delete(key), backfills),
  inJson('the seal states another root', 'seal-differs-from-note', () => ({
    root: Buffer.alloc(32, 1).toString('base64'),
  })),
  inJson('the seal states another size', 'seal-differs-from-note', ({ count, size }) => ({
    count: count + 1,
    size: size + 1,
  })),
  inJson('the seal states another window', 'seal-differs-from-note', ({ from }) => ({ from: from - 60_000 })),
  inJson('the seal states another time of sealing', 'seal-differs-from-note', ({ sealedAt }) => ({
    sealedAt: sealedAt + 1,
  })),
  inJson('the seal states another number', 'seal-differs-from-note', ({ n }) => ({ n: n + 1000 }), inner),
  inJson('the seal names another one before it', 'seal-differs-from-note', () => ({ previous: 'a'.repeat(64) }), inner),
  inJson(
    'the seal lists another late record',
    'seal-differs-from-note',
    ({ late = [] }) => ({ late: [...late].reverse().map((sk, at) => (at === 0 ? `${sk}x` : sk)) }),
    backfills,
  ),
  inJson('the seal counts one outcome more', 'seal-counts-wrong', ({ counts }) => ({
    counts: { ...counts, outcome: counts.outcome + 1 },
  })),
  inJson('the seal has a member more', 'seal-unreadable', () => ({ comment: 'all is well' })),
  onSeal(
    'the seal is cut off',
    'seal-unreadable',
    ({ archive }, key) => void archive.set(key, (archive.get(key) ?? new Uint8Array()).subarray(0, 100)),
  ),
  inJson('the text of the note is another', 'seal-forged', ({ note }) => ({
    note: note.replace('gatehouse/v1 ', 'gatehouse/v1 1'),
  })),
  inJson('the signature is another', 'seal-forged', ({ note }) => {
    const [head = '', value = ''] = note.split(/(?<=Test )(?=\S+\n$)/);
    return { note: `${head}${Buffer.from(flip(Buffer.from(value, 'base64'), 20)).toString('base64')}\n` };
  }),
  onSeal('the seal is signed with another key of the same name', 'seal-other-key', async ({ archive }, key, seal) => {
    archive.set(key, Buffer.from(formatSeal(await signed(seal, createTestSigner()))));
  }),
  onSeal('the seal is of another log, signed by it', 'seal-other-log', async ({ archive, signer }, key, seal) => {
    const claim = { ...seal, origin: 'gatehouse-audit/111111111111/local/Other' };
    const note = await signNote(checkpointText(claim), {
      name: claim.origin,
      publicKey: await signer.signer.publicKey(),
      sign: signer.signer.sign,
    });
    archive.set(key, Buffer.from(formatSeal({ ...claim, note })));
  }),
  {
    name: 'a seal lies under the name of the next one',
    found: 'seal-misplaced',
    apply: (scene) => {
      const { archive } = scene;
      const key = scene.pick(inner(scene));
      const seal = readSealAt(archive, key);
      const keys = sealKeys(archive);
      archive.set(keys[keys.indexOf(key) + 1] ?? '', Buffer.from(formatSeal(seal)));
      // The place is named by the number under which it lies: that seal is the one that is lost.
      return { ...where(seal), seal: seal.n + 1 };
    },
  },
  onSeal(
    'two seals have exchanged their names',
    'seal-misplaced',
    ({ archive }, key, seal) => {
      const keys = sealKeys(archive);
      const next = keys[keys.indexOf(key) + 1] ?? '';
      archive.set(key, archive.get(next) ?? new Uint8Array());
      archive.set(next, Buffer.from(formatSeal(seal)));
    },
    inner,
  ),
  onSeal('a seal is there a second time, a day later', 'seal-misplaced', ({ archive }, _key, seal) => {
    archive.set(sealPath({ ...seal, through: seal.through + 86_400_000 }), Buffer.from(formatSeal(seal)));
  }),
  onSeal(
    'a second seal of a number is signed',
    'seal-duplicate',
    async ({ archive, signer }, key, seal) => {
      const day = seal.through + (key.includes('/24/') ? 86_400_000 : 0);
      const other = await signed(
        {
          ...seal,
          kind: 'minute',
          late: undefined as never,
          through: day,
          to: day,
          from: day - 60_000,
          sealedAt: seal.sealedAt + 1,
        },
        signer,
      );
      const { late: _late, ...rest } = other;
      archive.set(sealPath(rest), Buffer.from(formatSeal(rest)));
    },
    ({ archive }) => sealKeys(archive).filter((key) => key.includes('/24/')),
  ),
  resigned(
    'a seal skips a minute, signed with the key',
    'minute-missing',
    ({ from, to, through }) => ({ from: from + 60_000, to: to + 60_000, through: through + 60_000 }),
    ({ archive }) => sealKeys(archive).slice(-1),
  ),
  resigned(
    'a seal repeats a minute, signed with the key',
    'minute-overlap',
    ({ from, to, through }) => ({ from: from - 60_000, to: to - 60_000, through: through - 60_000 }),
    ({ archive }) => sealKeys(archive).slice(-1),
  ),
  resigned(
    'a seal covers two minutes, signed with the key',
    'seal-window-wrong',
    ({ from }) => ({ from: from - 60_000 }),
    minutes,
  ),
  resigned(
    'a backfill covers two days, signed with the key',
    'seal-window-wrong',
    ({ from }) => ({ from: from - 2 * 86_400_000 }),
    backfills,
  ),
  resigned(
    'a seal names another one before it, signed with the key',
    'seal-chain-broken',
    () => ({ previous: 'a'.repeat(64) }),
    inner,
  ),
  resigned(
    'a seal goes on elsewhere, signed with the key',
    'seal-size-wrong',
    ({ first, size }) => ({ first: first + 1, size: size + 1 }),
    inner,
  ),
  resigned(
    'a seal has another root, signed with the key',
    'root-mismatch',
    () => ({ root: Buffer.alloc(32, 7).toString('base64') }),
    inner,
  ),
  resigned(
    'a backfill lists its records out of order, signed with the key',
    'seal-late-list-wrong',
    ({ late = [] }) => ({ late: [...late].reverse() }),
    ({ archive }) => backfills({ archive } as Scene).filter((key) => readSealAt(archive, key).count > 1),
  ),
  {
    name: 'the log is made anew with the key, without one record',
    found: 'log-forked',
    options: ({ archive }) => ({ known: { notes: [String(readJson(archive, 'kept')['note'])] } }),
    apply: async ({ archive, signer, pick }) => {
      const key = pick(sealKeys(archive).filter((one) => readSealAt(archive, one).size > 20));
      const kept = readSealAt(archive, key);
      const forged = await buildArchive({ signer, change: (records) => records.slice(2) });
      archive.clear();
      for (const [name, body] of forged.archive) archive.set(name, body);
      writeJson(archive, 'kept', kept);
      return { seal: kept.n };
    },
  },
  ...(['a size', 'a checkpoint'] as const).map(
    (what): Mutation => ({
      name: `the end of the log is cut off with everything that knows of it, but for ${what} that was kept`,
      found: 'log-truncated',
      options: ({ archive }) => {
        const { note, size } = readJson(archive, 'kept') as unknown as Seal;
        return { known: what === 'a size' ? { size } : { notes: [note] } };
      },
      apply: ({ archive, pick }) => {
        const keys = sealKeys(archive);
        const kept = readSealAt(archive, keys.at(-1) ?? '');
        const cut = pick(keys.slice(keys.length - 60, keys.length - 5));
        const last = truncate(archive, cut);
        writeJson(archive, 'kept', kept);
        return what === 'a size' ? { seal: last } : { seal: kept.n };
      },
    }),
  ),
  {
    name: 'the end of the log is cut off with everything that knows of it, and its time was asked for',
    found: 'log-ends-early',
    options: () => ({ to: Date.parse('2026-11-25T02:20:00Z') }),
    apply: ({ archive, pick }) => ({ seal: truncate(archive, pick(sealKeys(archive).slice(-60, -5))) }),
  },
  {
    name: 'all seals after a time are cut off, the records stay',
    found: 'log-ends-early',
    apply: ({ archive, pick }) => {
      const keys = sealKeys(archive);
      const key = pick(keys.slice(-60, -30));
      for (const later of keys.slice(keys.indexOf(key) + 1)) archive.delete(later);
      return { seal: readSealAt(archive, key).n };
    },
  },
  {
    name: 'the checkpoint that was kept is forged',
    found: 'note-forged',
    options: ({ archive }) => {
      const { note } = readJson(archive, 'kept') as unknown as Seal;
      return { known: { notes: [note.replace('gatehouse/v1 ', 'gatehouse/v1 1')] } };
    },
    apply: ({ archive, pick }) => {
      writeJson(archive, 'kept', readSealAt(archive, pick(sealKeys(archive))));
      return {};
    },
  },
  {
    name: 'another key is pinned',
    found: 'no-seals',
    options: () => ({ key: { name: LOG_NAME, publicKey: Buffer.alloc(32, 9) } }),
    apply: () => ({}),
  },
  {
    name: 'an object that is none lies among the seals',
    found: 'object-unknown',
    apply: ({ archive }) => {
      archive.set('seals/2026/11/24/1.json', Buffer.from('{}'));
      return { object: 'seals/2026/11/24/1.json' };
    },
  },
];

/** Whoever owns the folder takes the seals after this one, and every list, tile, record and manifest that tells of them. */
function truncate(archive: Map<string, Uint8Array>, key: string): number {
  const keys = sealKeys(archive);
  const last = readSealAt(archive, key);
  const gone = keys.slice(keys.indexOf(key) + 1).map((one) => readSealAt(archive, one));
  for (const seal of gone) archive.delete(sealPath(seal));
  for (const claim of keysOf(archive, 'claims/')) if (Number(claim.slice(7, 19)) > last.n) archive.delete(claim);
  for (const tile of keysOf(archive, 'log/')) {
    const [, level = '', digits = '', partial = ''] = /^log\/tile\/(\d)\/(\d{3})(?:\.p\/(\d+))?$/.exec(tile) ?? [];
    const most = (Number(digits) * 256 + (partial === '' ? 256 : Number(partial))) * 256 ** Number(level);
    if (most > last.size) archive.delete(tile);
  }
  for (const object of keysOf(archive, 'records/')) {
    const lines = linesOf(archive, object);
    const kept = lines.filter((line) => uuidv7Time((JSON.parse(line) as { callId: string }).callId) < last.through);
    if (kept.length === 0) archive.delete(object);
    else if (kept.length < lines.length) setLines(archive, object, kept);
  }
  return last.n;
}
