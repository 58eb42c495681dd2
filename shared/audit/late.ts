import { type AuditRecord, leafHash } from './record.ts';

/**
 * A record that comes by the second sink is the record that the first one did not take, with `late: true` and a hash over
 * that: everything else, `logTs` and `ttl` too, is as it was. So either form can be computed from the other.
 */
export function lateCopy(record: AuditRecord): AuditRecord {
  const late = { ...record, late: true };
  return { ...late, hash: leafHash(late) };
}

/**
 * The hash of a record as if it had come on time. Of an intent it is what `prevPhaseHash` of its outcome has to be: the
 * outcome is written without knowing by which sink the intent will have come, since a reply may be lost.
 *
 * @param record as it is read back, with or without `hash` and `late`
 */
export function hashOnTime(record: Parameters<typeof leafHash>[0]): string {
  const { late: _late, ...rest } = record;
  return leafHash(rest);
}

/** Whether two items say the same, by whichever sink each of them came. */
export function isSameRecord(a: Readonly<Record<string, unknown>>, b: AuditRecord): boolean {
  return hashOnTime(a as AuditRecord) === hashOnTime(b);
}
