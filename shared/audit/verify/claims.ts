import { claimPath, type Entry, parseClaimObject } from '../log/claim-object.ts';
import { checkpointText } from '../log/seal.ts';
import type { ReadObjects } from './day-records.ts';
import { isoTime, type Report } from './findings.ts';
import type { TrustedSeal } from './seal-reader.ts';

/**
 * What the sealer listed under a seal. No proof needs it: it is not signed, and is believed only as far as its hashes lead
 * to the signed root. It is what names a record that is gone.
 */
export async function readClaimed(
  objects: ReadObjects,
  seal: TrustedSeal,
): Promise<readonly Entry[] | 'absent' | 'wrong'> {
  const body = (await objects.get(claimPath(seal.n)))?.body;
  if (body === undefined) return 'absent';
  try {
    const { claim, entries } = parseClaimObject(body);
    return checkpointText(claim) === checkpointText(seal) ? entries : 'wrong';
  } catch {
    return 'wrong';
  }
}

export function reportClaim(what: 'absent' | 'wrong', { n, from }: TrustedSeal, report: Report): void {
  const where = { object: claimPath(n), seal: n, minute: isoTime(from) };
  if (what === 'absent')
    report('claim-missing', { ...where, says: `The list of the records under seal ${n} is missing.` });
  else report('claim-changed', { ...where, says: `The list of the records under seal ${n} is not what was sealed.` });
}
