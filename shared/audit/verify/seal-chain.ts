import type { Objects } from '../../aws/objects.ts';
import { type NoteKey, verifyNote } from '../log/note.ts';
import { DAY_MS } from '../log/order.ts';
import { checkpointText, parseSeal, type Seal, SealError, sealHash, sealPath } from '../log/seal.ts';
import { isoTime, type Report } from './findings.ts';

/** What is kept of a seal while an archive is verified. */
export interface KeptSeal {
  readonly seal: Seal;
  readonly path: string;
  readonly hash: string;
}

export interface SealChain {
  /** In their order, those that are signed and in place. */
  readonly seals: readonly KeptSeal[];
  /** Sort key of a record that came late → the seal that has it. */
  readonly late: ReadonlyMap<string, number>;
}

const DATE = /^seals\/(\d{4})\/(\d\d)\/(\d\d)\//;

/**
 * Reads the seals of an archive from the day of `from` on, and checks each by itself and against the one before: signed by
 * the pinned key, for this log, saying what its note says, without a gap in number, size or time.
 */
export async function readSeals(objects: Objects, key: NoteKey, from: number, report: Report): Promise<SealChain> {
  const seals: KeptSeal[] = [];
  const late = new Map<string, number>();
  // The seal before the first one may lie a day earlier.
  const first = new Date(Math.max(0, from - DAY_MS)).toISOString().slice(0, 10);
  for await (const { key: path } of objects.list('seals/')) {
    const [, year, month, day] = DATE.exec(path) ?? [];
    if (year !== undefined && `${year}-${month}-${day}` < first) continue;
    const kept = await readSeal(objects, path, key, report);
    if (kept === undefined) continue;
    seals.push(kept);
    for (const sk of kept.seal.late ?? []) late.set(sk, kept.seal.n);
  }
  seals.sort((a, b) => a.seal.n - b.seal.n || (a.path < b.path ? -1 : 1));
  const single = seals.filter(({ seal, path }, at) => {
    if (seals[at - 1]?.seal.n !== seal.n) return true;
    report('seal-duplicate', { object: path, seal: seal.n, says: `There is more than one seal ${seal.n}.` });
    return false;
  });
  for (let at = 1; at < single.length; at++)
    checkNext(single[at - 1] as KeptSeal, single[at] as KeptSeal, single, report);
  const begins = single[0]?.seal.n ?? 0;
  if (from <= 0 && begins > 0) report('seal-missing', { seal: 0, says: `The log begins with seal ${begins}.` });
  return { seals: single, late };
}

async function readSeal(objects: Objects, path: string, key: NoteKey, report: Report): Promise<KeptSeal | undefined> {
  const body = (await objects.get(path))?.body ?? new Uint8Array();
  let seal: Seal;
  try {
    seal = parseSeal(body);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    report('seal-unreadable', { object: path, says: `What lies at ${path} is no seal: ${error.message}.` });
    return undefined;
  }
  const where = { object: path, seal: seal.n };
  const verified = verifyNote(seal.note, key);
  if ('reason' in verified) {
    const isOther = verified.reason.includes('has no signature by');
    report(isOther ? 'seal-other-key' : 'seal-forged', { ...where, says: `Seal ${seal.n}: ${verified.reason}.` });
    return undefined;
  }
  if (seal.origin !== key.name) {
    const says = `Seal ${seal.n} is of another log.`;
    report('seal-other-log', { ...where, says, expected: key.name, actual: seal.origin });
    return undefined;
  }
  if (verified.text !== checkpointText(seal)) {
    report('seal-differs-from-note', { ...where, says: `Seal ${seal.n} says something else than what was signed.` });
    return undefined;
  }
  if (path !== sealPath(seal)) {
    report('seal-misplaced', { ...where, says: `Seal ${seal.n} is not where it belongs.`, expected: sealPath(seal) });
    return undefined;
  }
  return { seal, path, hash: sealHash(seal) };
}

function checkNext(before: KeptSeal, { seal, hash: _own }: KeptSeal, all: readonly KeptSeal[], report: Report): void {
  const last = before.seal;
  const where = { seal: seal.n, minute: isoTime(seal.from) };
  if (seal.n !== last.n + 1) {
    for (let n = last.n + 1; n < Math.min(seal.n, last.n + 100); n++) {
      report('seal-missing', { seal: n, says: `Seal ${n} is missing, between ${last.n} and ${seal.n}.` });
    }
    return;
  }
  if (seal.previous !== before.hash) {
    const says = `Seal ${seal.n} does not continue seal ${last.n}.`;
    report('seal-chain-broken', { ...where, says, expected: before.hash, actual: seal.previous ?? 'none' });
  }
  if (seal.first !== last.size) {
    const says = `Seal ${seal.n} does not begin where seal ${last.n} ends.`;
    report('seal-size-wrong', { ...where, says, expected: String(last.size), actual: String(seal.first) });
  }
  if (seal.kind === 'backfill' ? seal.through !== last.through : seal.from !== last.through) {
    const says = `The window of seal ${seal.n} does not continue the one before it.`;
    const [expected, actual] = [isoTime(last.through), isoTime(seal.kind === 'backfill' ? seal.through : seal.from)];
    const isGap = seal.kind === 'minute' && seal.from > last.through;
    report(isGap ? 'minute-missing' : 'minute-overlap', { ...where, says, expected, actual });
  }
  if (seal.n === 0 && all[0]?.seal !== seal) report('seal-duplicate', { ...where, says: 'The log begins twice.' });
}
