/** What both infra and the code over the tables rely on. */
export const TABLE_KEYS = { partition: 'pk', sort: 'sk', ttl: 'ttl' } as const;

/** Sparse indexes of the audit table: `gsi1` by user, `gsi2` by denied or failed. */
export const AUDIT_INDEXES = ['gsi1', 'gsi2'] as const;

/** The one by tool, with the parameter `auditToolIndex`. Records from before it are not in it. */
export const AUDIT_TOOL_INDEX = 'gsi3';

/**
 * What an answer to an audit question prints; the keys come along by themselves. Of a deployed index this cannot change:
 * CloudFormation would refuse the update. One more field is one more index, one a deploy.
 */
export const AUDIT_PROJECTION = [
  'callId',
  'ts',
  'uid',
  'subject',
  'clientId',
  'method',
  'tool',
  'decision',
  'reason',
  'detail',
  'isError',
  'errorType',
  'latencyMs',
] as const;

/** Where the table of seals keeps the marks of hours to read again: of it the archive function may write nothing else. */
export const BELATED_PARTITION = 'BELATED';

/** There too: how far the sweeper has come. */
export const SWEPT_PARTITION = 'SWEPT';

/** There too: calls whose intents were put back from the log. */
export const PUT_BACK_PARTITION = 'PUT-BACK';

/** Partitions of the state table that hold the data of users begin with it; no other one does. */
export const USER_PARTITIONS = 'U#';

/** Tag of a session that may reach the data of one user only: `isolation=iam`. */
export const USER_TAG = 'uid';
