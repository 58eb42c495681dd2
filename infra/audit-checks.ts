import type { Parameters } from '../shared/core/parameters.ts';
import { type Problem, wrong } from './problem.ts';

/** The times of the audit trail against each other. */
export function checkAudit({ archiveDays, archiveLockDays, auditRetentionDays, environment }: Parameters): Problem[] {
  const least = [
    ['auditRetentionDays', auditRetentionDays, 'the table would keep records that the archive has deleted'],
    // Where nothing is locked there is nothing to contradict.
    ...(environment === 'prod'
      ? ([['archiveLockDays', archiveLockDays, 'nothing can delete an object that is locked']] as const)
      : []),
  ] as const;
  return least
    .filter(([, days]) => archiveDays < days)
    .map(([name, days, why]) =>
      wrong('archiveDays', archiveDays, `is less than ${name}=${days}: ${why}`, String(days)),
    );
}
