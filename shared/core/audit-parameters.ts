import { flag, type Parameter, parameter, text, whole } from './parameter-types.ts';

/** Parameters of the audit trail. docs/audit.md has the whole story. */
export const AUDIT_PARAMETERS = {
  auditRetentionDays: parameter(
    whole(3, 3650).default(400),
    'Days that the audit table keeps a record. The archive keeps it on.',
    '2555',
    '400',
  ),
  auditToolIndex: parameter(
    flag.default(false),
    'An index of the audit table by tool: one more write unit a call, and "who used this tool" becomes cheap.',
    'true',
    'false',
  ),
  archiveLockDays: parameter(
    whole(1, 36_500).default(400),
    'prod: days for which nobody at all can delete an object of the archive (S3 Object Lock in compliance mode). It cannot be shortened for what is there.',
    '2555',
    '400',
  ),
  archiveDays: parameter(
    whole(1, 36_500).default(2557),
    'Days after which the archive deletes an object; not fewer than archiveLockDays.',
    '3653',
    '2557, seven years',
  ),
  auditBreakGlassRoleArn: parameter(
    text(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'must be the ARN of an IAM role').optional(),
    'prod: the one role that may change or delete what is in the audit table.',
    'arn:aws:iam::123456789012:role/break-glass',
    'nobody',
  ),
} as const satisfies Record<string, Parameter<unknown>>;
