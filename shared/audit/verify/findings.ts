/**
 * What a verification can find. `broken`: the trail is not what was signed. `incomplete`: it cannot be told yet, or not from
 * what is here. `notice`: worth knowing, and changes nothing that the log says.
 */
export type Severity = 'broken' | 'incomplete' | 'notice';

interface Kind {
  readonly severity: Severity;
  /** What an auditor does next. */
  readonly todo: string;
}

const RESTORE = 'Compare the archive with another copy of it, and ask who could write there at that time.';
const WAIT = 'Verify again after the time named. Copy the archive anew before.';
const KEY =
  'Check that the pinned key and the archive belong to the same log. If they do, somebody signed with another key.';
const GATEWAY = 'The log holds what the gateway wrote, and that is wrong: report it as a defect, with the call id.';
const TREE =
  'Copy it anew. If it stays so, somebody changed it; the signed roots and the records decide, not this object.';

/** Code → what it means for the verdict. Codes are stable: scripts and alarms may name them. */
export const FINDINGS = {
  'seal-unreadable': { severity: 'broken', todo: RESTORE },
  'seal-misplaced': { severity: 'broken', todo: RESTORE },
  'seal-forged': { severity: 'broken', todo: RESTORE },
  'seal-other-key': { severity: 'broken', todo: KEY },
  'seal-other-log': { severity: 'broken', todo: KEY },
  'seal-differs-from-note': { severity: 'broken', todo: RESTORE },
  'seal-missing': { severity: 'broken', todo: RESTORE },
  'seal-duplicate': { severity: 'broken', todo: RESTORE },
  'seal-chain-broken': { severity: 'broken', todo: RESTORE },
  'seal-size-wrong': { severity: 'broken', todo: GATEWAY },
  'seal-window-wrong': { severity: 'broken', todo: GATEWAY },
  'seal-late-list-wrong': { severity: 'broken', todo: RESTORE },
  'seal-counts-wrong': { severity: 'broken', todo: RESTORE },
  'seal-belated': {
    severity: 'notice',
    todo: 'Ask what was put into the table so late: a log that was put back after an outage, or something else. It is in the log from then on.',
  },
  'minute-missing': { severity: 'broken', todo: GATEWAY },
  'minute-overlap': { severity: 'broken', todo: GATEWAY },
  'no-seals': {
    severity: 'incomplete',
    todo: 'Check --archive: it is the folder that holds seals/, records/ and log/. Check the time asked for, too.',
  },
  'log-ends-early': {
    severity: 'incomplete',
    todo: 'Copy the archive anew. If it still ends there, the sealer has stopped or the end was cut off.',
  },
  'log-truncated': { severity: 'broken', todo: RESTORE },
  'log-forked': {
    severity: 'broken',
    todo: 'Keep both checkpoints: two signed heads of one log that disagree prove that its operator showed two histories.',
  },
  'note-forged': { severity: 'broken', todo: KEY },
  'root-mismatch': { severity: 'broken', todo: RESTORE },
  'root-unchecked': {
    severity: 'incomplete',
    todo: 'Mend what was found before, then verify again: these roots could not be recomputed.',
  },
  'record-unreadable': { severity: 'broken', todo: RESTORE },
  'record-not-canonical': { severity: 'broken', todo: RESTORE },
  'record-changed': { severity: 'broken', todo: RESTORE },
  'record-missing': { severity: 'broken', todo: RESTORE },
  'record-not-archived-yet': { severity: 'incomplete', todo: WAIT },
  'record-inserted': {
    severity: 'broken',
    todo: 'If a log was put back just before the archive was copied, copy it anew: such records are sealed within minutes. Otherwise compare the archive with another copy of it, and ask who could write there at that time.',
  },
  'record-not-sealed-yet': { severity: 'incomplete', todo: WAIT },
  'record-conflict': { severity: 'broken', todo: RESTORE },
  'record-duplicate': {
    severity: 'notice',
    todo: 'Nothing: the copies are the same, and the log counts the record once.',
  },
  'record-misplaced': { severity: 'broken', todo: RESTORE },
  'object-unreadable': { severity: 'broken', todo: RESTORE },
  'object-changed': { severity: 'broken', todo: RESTORE },
  'object-missing': { severity: 'broken', todo: RESTORE },
  'object-unlisted': {
    severity: 'notice',
    todo: 'Nothing, if the archive was behind that day: its records are checked like all others.',
  },
  'object-unknown': {
    severity: 'notice',
    todo: 'Ask who put it there: it is no part of the archive, and nothing reads it.',
  },
  'manifest-unreadable': { severity: 'broken', todo: RESTORE },
  'manifest-forged': { severity: 'broken', todo: RESTORE },
  'manifest-differs': { severity: 'broken', todo: RESTORE },
  'manifest-missing': { severity: 'broken', todo: RESTORE },
  'claim-missing': { severity: 'broken', todo: TREE },
  'claim-changed': { severity: 'broken', todo: TREE },
  'archive-rejected': {
    severity: 'broken',
    todo: 'Read the object: the archive function could not read a change of the table as a record.',
  },
  'records-before-log': { severity: 'notice', todo: 'Nothing can be proven of records from before the first seal.' },
  'outcome-without-intent': { severity: 'broken', todo: GATEWAY },
  'outcome-missing': { severity: 'broken', todo: GATEWAY },
  'outcome-not-there-yet': { severity: 'incomplete', todo: WAIT },
  'outcome-of-another-intent': { severity: 'broken', todo: GATEWAY },
  'decision-twice': { severity: 'broken', todo: GATEWAY },
  'tile-missing': { severity: 'broken', todo: TREE },
  'tile-changed': { severity: 'broken', todo: TREE },
  'tile-unknown': { severity: 'broken', todo: TREE },
  'log-goes-on': {
    severity: 'incomplete',
    todo: 'Copy the archive anew. If it stays so, seals at the end were cut off.',
  },
  'tamper-recorded': {
    severity: 'broken',
    todo: 'Read the object: the archive function saw a record of the table being changed or deleted.',
  },
  'table-changed': {
    severity: 'broken',
    todo: 'The archive and the log agree with each other; the table was changed.',
  },
  'table-missing': {
    severity: 'broken',
    todo: 'The archive and the log have the record; it was deleted from the table.',
  },
  'table-extra': {
    severity: 'broken',
    todo: 'The table holds a record that the log does not: it was put there afterwards, or never sealed.',
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type FindingCode = keyof typeof FINDINGS;

/** Where it is: every member that is known. */
export interface Where {
  /** Key in the archive. */
  readonly object?: string;
  readonly line?: number;
  /** Number of the seal. */
  readonly seal?: number;
  /** Start of the sealed window, ISO 8601 in UTC. */
  readonly minute?: string;
  /** `yyyy-mm-dd`. */
  readonly day?: string;
  /** Position in the log, from 0. */
  readonly leaf?: number;
  readonly callId?: string;
  /** `<callId>#<phase>`. */
  readonly record?: string;
}

export interface Finding extends Where {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** One sentence. */
  readonly says: string;
  readonly expected?: string;
  readonly actual?: string;
  readonly todo: string;
}

export interface Detail extends Where {
  readonly says: string;
  readonly expected?: string;
  readonly actual?: string;
}

/** Findings are handed on as they come: an archive that is all wrong must not fill the memory. */
export type Report = (code: FindingCode, detail: Detail) => void;

export function toFinding(code: FindingCode, detail: Detail): Finding {
  const { severity, todo } = FINDINGS[code];
  return { code, severity, ...detail, todo };
}

export function isoTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
