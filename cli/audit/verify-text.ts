import type { Finding } from '../../shared/audit/verify/findings.ts';
import type { VerifyReport } from '../../shared/audit/verify/report.ts';

const WORDS = {
  ok: 'OK. Every record, seal and root is what was signed, and nothing is missing in this range.',
  broken: 'BROKEN. What the archive holds is not what was signed, or not what a gateway may write. See above.',
  incomplete: 'INCOMPLETE. Nothing is wrong in what could be judged; some of it cannot be judged yet. See above.',
} as const;

/** The report for people: a line for each thing that was checked, the findings, and one sentence at the end. */
export function verifyText(report: VerifyReport): string {
  const { key, range, trusted, newest, checked, findings, counts, verdict } = report;
  const lines = [
    ['Log', `${report.log}, key ${key.split('+')[1]}`],
    ['Range', range === null ? 'nothing' : `${range.from} to ${range.to}`],
    ['Start', startOf(trusted)],
    ['Newest', newest === null ? 'none' : `seal ${newest.n}, ${newest.size} entries, sealed up to ${newest.through}`],
    ['Records', `${report.records} records of ${checked.calls} calls and events in ${checked.objects} objects`],
    [
      'Seals',
      `${checked.seals} seals: ${checked.minutes} minutes (${checked.emptyMinutes} empty), ${checked.backfills} backfills`,
    ],
    ['Tree', `${checked.rootsRecomputed} of ${checked.seals} roots recomputed, ${checked.tiles} tiles compared`],
    ['Manifests', `${checked.manifests}`],
    ['Not ended', `${report.openCalls} calls running, ${report.waitingRecords} records of minutes not sealed yet`],
  ].map(([name = '', text]) => `${name.padEnd(11)}${text}`);
  const omitted = Object.values(counts).reduce((sum, count) => sum + count, 0) - findings.length;
  const told = findings.map(findingText);
  if (omitted > 0)
    told.push(
      `… and ${omitted} findings more: ${Object.entries(counts)
        .map(([code, count]) => `${code} ${count}`)
        .join(', ')}`,
    );
  return [...lines, '', ...told.flatMap((text) => [text, '']), WORDS[verdict], ''].join('\n');
}

function startOf(trusted: VerifyReport['trusted']): string {
  if (trusted === null) return 'recomputed from the first entry of the log';
  return `after seal ${trusted.n}: its signed root over ${trusted.size} entries is believed, what follows is recomputed from it`;
}

function findingText(finding: Finding): string {
  const { code, severity, says, expected, actual, todo } = finding;
  const places = [
    finding.seal === undefined ? '' : `seal ${finding.seal}`,
    finding.minute ?? '',
    finding.leaf === undefined ? '' : `entry ${finding.leaf}`,
    finding.callId === undefined ? '' : `call ${finding.callId}`,
    finding.object === undefined ? '' : `${finding.object}${finding.line === undefined ? '' : `:${finding.line}`}`,
  ].filter((place) => place !== '');
  return [
    `${severity.toUpperCase().padEnd(11)}${code}: ${printable(says)}`,
    ...(places.length === 0 ? [] : [`  where      ${printable(places.join(', '))}`]),
    ...(expected === undefined ? [] : [`  expected   ${printable(expected)}`]),
    ...(actual === undefined ? [] : [`  actual     ${printable(actual)}`]),
    `  do         ${todo}`,
  ].join('\n');
}

/** What somebody wrote into the archive must not move the cursor of whoever checks it. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?');
}
