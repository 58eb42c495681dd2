import { z } from 'zod';

/** What both servers offer, said once: each of them defines it in its own way. */
export const INPUT = z.strictObject({ text: z.string().min(1).max(40) });
export const OUTPUT = z.strictObject({ text: z.string() });
export const FORM = z.object({ ok: z.boolean() });
export const HEADER_INPUT = z.strictObject({ region: z.string().optional().meta({ 'x-mcp-header': 'Region' }) });

export const described = {
  title: 'T',
  description: 'D',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
};

export const REFUSAL = 'not today';
export const MEMO = { name: 'memo', uri: 'memo://today', mimeType: 'text/plain', text: 'milk' };
export const NOTE = { name: 'note', uriTemplate: 'note://{id}', mimeType: 'text/plain', text: 'a note' };
export const suggest = (typed: string) => ['alice', 'alan', 'bob'].filter((name) => name.startsWith(typed));
