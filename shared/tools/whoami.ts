import { z } from 'zod';
import { defineTool } from './define-tool.ts';

export const whoami = defineTool({
  name: 'whoami',
  title: 'Who am I',
  description: 'Tells which user this gateway sees behind the conversation, and how that was proven.',
  scopes: ['starter.whoami'],
  input: z.strictObject({}),
  output: z.strictObject({
    uid: z.string().describe('The user id of this gateway'),
    subject: z.string().describe('The user id at the identity provider'),
    issuer: z.string(),
    scopes: z.array(z.string()).describe('Scopes of this gateway that the user granted'),
    clientId: z.string().nullable().describe('The OAuth client that the user signed in with'),
    provenBy: z.strictObject({
      method: z.literal('signed access token'),
      audience: z.array(z.string()),
      issuedAt: z.string().describe('RFC 3339 time'),
      expiresAt: z.string().describe('RFC 3339 time'),
    }),
  }),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  run: (_input, { uid, principal }) => ({
    uid,
    subject: principal.subject,
    issuer: principal.issuer,
    scopes: [...principal.scopes],
    clientId: principal.clientId ?? null,
    provenBy: {
      method: 'signed access token' as const,
      audience: [...principal.audience],
      issuedAt: new Date(principal.issuedAt * 1000).toISOString(),
      expiresAt: new Date(principal.expiresAt * 1000).toISOString(),
    },
  }),
});
