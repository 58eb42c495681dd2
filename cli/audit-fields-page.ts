import { AUDIT_FIELDS } from '../shared/core/audit-fields.ts';
import { markdownTable, pageWithBlocks } from './generated-block.ts';

export function auditDataPage(): string {
  const rows = Object.entries(AUDIT_FIELDS).map(([name, { type, meaning, when }]) => [
    `\`${name}\``,
    type,
    meaning,
    when,
  ]);
  return pageWithBlocks(
    'audit-data.md',
    { fields: markdownTable(['field', 'type', 'meaning', 'on'], rows) },
    'shared/core/audit-fields.ts',
  );
}
