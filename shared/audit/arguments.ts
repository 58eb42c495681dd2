import type { AuditLevel } from './level.ts';

/** What a record says of the arguments of its call. */
export interface ArgumentFields {
  readonly argsLevel: AuditLevel;
  readonly argsDigest?: string;
  readonly argsKeys?: readonly string[];
  readonly argsSealed?: string;
  readonly argsBytes?: number;
  readonly argsMark?: 'too-large' | 'no-user-key' | 'no-month-key';
}
