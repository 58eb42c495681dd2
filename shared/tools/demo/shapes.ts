import { z } from 'zod';

/** Shapes that several tools of the demo backend answer with. */
export const note = z.strictObject({
  id: z.string(),
  text: z.string(),
  createdAt: z.string().describe('RFC 3339 time'),
});

export const count = z.int().min(0);

export const user = z.string().describe('How the demo backend names this user');

const READS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false } as const;

export const reads = READS;
export const adds = { ...READS, readOnlyHint: false, idempotentHint: false } as const;
