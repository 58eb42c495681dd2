import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inclusionPath } from '../../shared/audit/log/merkle.ts';
import { hashesOf } from '../../shared/audit/log/tiles.ts';
import { callAt, createSealWorld } from '../support/sealing.ts';
import { type Case, noteCases } from './cases.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 25, 10, 0);
/** Entries of each minute: empty ones, a full tile exactly, and more than one. */
const CALLS = [3, 0, 125, 1, 170, 300];

/** What the real sealer made over these minutes: its notes, and proofs out of its tiles. */
export async function sealedLogCases(folder: string): Promise<readonly Case[]> {
  const world = createSealWorld(START + MINUTE + 90_000);
  for (const [minute, calls] of CALLS.entries()) {
    for (let call = 0; call < calls; call++) {
      for (const record of callAt(START + minute * MINUTE + call)) world.put(record);
    }
  }
  for (let minute = 0; minute < CALLS.length; minute++, world.now += MINUTE) await world.run();
  const other = createSealWorld(START).vkey;
  const seals = world.seals();
  if (seals.length !== CALLS.length) throw new Error(`the sealer made ${seals.length} seals of ${CALLS.length}`);
  writeTree(folder, world.bucket.stored);
  const load = async (path: string) => world.bucket.stored.get(`log/${path}`)?.body ?? new Uint8Array();
  const cases: Case[] = seals.flatMap((seal) => noteCases(seal.note, world.vkey, other));
  for (const { size, root } of seals) {
    for (let index = 0; index < size; index += 37) {
      const path = await inclusionPath(index, size, hashesOf(size, load));
      cases.push({
        what: 'proof made by the oracle from our tiles',
        question: { kind: 'tiles', folder, index, size, root },
        isGood: true,
        accepted: true,
        made: { hashes: path.map((hash) => hash.toString('base64')) },
      });
    }
  }
  return cases;
}

function writeTree(folder: string, stored: ReadonlyMap<string, { readonly body: Uint8Array }>): void {
  for (const [key, { body }] of stored) {
    if (!key.startsWith('log/')) continue;
    const file = join(folder, key.slice('log/'.length));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, body);
  }
}
