/** Every tool of this gateway, one line each. Add yours here: docs/add-a-tool.md. */
export { addNote } from './demo/add-note.ts';
export { crmAttemptCrossUserRead } from './demo/crm-attempt-cross-user-read.ts';
export { crmExplainAccess } from './demo/crm-explain-access.ts';
export { crmGetSalesSummary } from './demo/crm-get-sales-summary.ts';
export { crmInit } from './demo/crm-init.ts';
export { crmResetMyData } from './demo/crm-reset-my-data.ts';
export { listMyNotes } from './demo/list-my-notes.ts';
export { seedMyNotes } from './demo/seed-my-notes.ts';
export { echo } from './echo.ts';
export { whoami } from './whoami.ts';
