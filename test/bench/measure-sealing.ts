import type { Bundles } from './bundles.ts';
import { runOnce } from './child.ts';
import type { SealingResult } from './sides/sealing.ts';

const RECORDS = 1_000_000;
/** 125,000 records in each: about a thousand calls a second. */
const MINUTES = 8;

/** The real sealer over synthetic records, in a process of its own; table and bucket in memory, a local key. */
export async function measureSealing(bundles: Bundles): Promise<SealingResult> {
  return runOnce<SealingResult>(bundles.sealing.file, [String(RECORDS), String(MINUTES)], { env: {} });
}
