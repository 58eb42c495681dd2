import type { Where } from '../../shared/audit/verify/findings.ts';
import type { VerifyParts } from '../../shared/audit/verify/parts.ts';
import type { VerifyReport } from '../../shared/audit/verify/report.ts';
import { type BuiltArchive, baseRecords, buildArchive } from './archive.ts';
import { type Pick, pickAt } from './edit.ts';
import { GATEWAY_ROWS } from './gateway-rows.ts';
import type { Mutation } from './mutation.ts';
import { verifyMap } from './read-archive.ts';
import { RECORD_ROWS } from './record-rows.ts';
import { SEAL_ROWS } from './seal-rows.ts';
import { TREE_ROWS } from './tree-rows.ts';

export const MUTATIONS: readonly Mutation[] = [...RECORD_ROWS, ...SEAL_ROWS, ...TREE_ROWS, ...GATEWAY_ROWS];

let built: Promise<BuiltArchive> | undefined;

/** One untouched archive for all: mutations change copies. */
export function untouched(): Promise<BuiltArchive> {
  built ??= buildArchive();
  return built;
}

export interface Trial {
  readonly report: VerifyReport;
  /** Where it was mutated. */
  readonly named: Where;
  /** The finding that has the code and names the place, as JSON; undefined when there is none. */
  readonly finding: VerifyReport['findings'][number] | undefined;
}

/** Mutates a copy at a position from 0 (first) to 1 (last), and verifies it. */
export async function tryMutation(mutation: Mutation, fraction: number, parts?: VerifyParts): Promise<Trial> {
  const base = await untouched();
  const pick: Pick = pickAt(fraction);
  const written = mutation.written?.(baseRecords(), pick);
  const { archive } = written ? await buildArchive({ signer: base.signer, change: () => written.records }) : base;
  const scene = { archive: new Map(archive), pick, signer: base.signer };
  const named = written?.named ?? (await mutation.apply(scene));
  const options = { ...mutation.options?.(scene), ...(parts && { parts }) };
  scene.archive.delete('kept');
  const report = await verifyMap(scene.archive, base.signer.vkey, options);
  const finding = report.findings.find(
    (one) =>
      one.code === mutation.found && Object.entries(named).every(([name, value]) => one[name as keyof Where] === value),
  );
  return { report, named, finding };
}
