import type { BackendTable } from '../backend/definition.ts';

/** Every service that tools call, one row each. Add yours here: docs/add-a-backend.md. */
export const BACKENDS = {
  demo: { title: 'the demo backend', identityHeaders: true, optional: true },
} as const satisfies BackendTable;

export type BackendName = keyof typeof BACKENDS;
