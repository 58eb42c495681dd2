import type { NoteKey } from '../log/note.ts';
import type { ReadObjects } from './day-records.ts';
import type { Known } from './ends.ts';
import type { Finding } from './findings.ts';
import type { VerifyParts } from './parts.ts';
import type { TableSource } from './table.ts';

export interface VerifyOptions {
  readonly objects: ReadObjects;
  /** Pinned by the auditor, never out of the archive. */
  readonly key: NoteKey;
  /** Epoch milliseconds; rounded to the whole minutes around them. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly known?: Known;
  /** How far the archive may be behind the seals before a record counts as missing. */
  readonly archiveLagMs?: number;
  /** Findings to keep; all are counted. */
  readonly maxFindings?: number;
  readonly onFinding?: (finding: Finding) => void;
  readonly onProgress?: (progress: Progress) => void;
  /** The table that the archive was fed from, to be compared with it. */
  readonly table?: TableSource | undefined;
  readonly parts?: VerifyParts;
}

export interface Progress {
  readonly seals: number;
  readonly records: number;
  /** Epoch milliseconds: the log is verified up to here. */
  readonly through: number;
}
