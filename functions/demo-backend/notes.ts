import { z } from 'zod';
import { ok, refuse } from './answer.ts';
import { MAX_NOTES } from './data.ts';
import { type Route, route } from './route.ts';

const SCOPE = 'starter.notes';
const tooMany = refuse(409, 'too_many_notes', { limit: MAX_NOTES });

export const NOTE_ROUTES: readonly Route[] = [
  route('GET', '/notes', SCOPE, z.strictObject({}), async (_input, data) => ok({ notes: await data.notes() })),
  route('POST', '/notes', SCOPE, z.strictObject({ text: z.string().max(2000) }), async ({ text }, data) => {
    if (text.trim() === '') return refuse(400, 'missing_text');
    if ((await data.notes()).length >= MAX_NOTES) return tooMany;
    const [note] = await data.addNotes([text]);
    return ok({ note });
  }),
  route('POST', '/notes/seed', SCOPE, z.strictObject({ count: z.int().min(1).max(20) }), async ({ count }, data) => {
    if ((await data.notes()).length + count > MAX_NOTES) return tooMany;
    const texts = Array.from({ length: count }, (_, at) => `Hello ${data.label} (#${at + 1})`);
    return ok({ seeded: await data.addNotes(texts) });
  }),
];
