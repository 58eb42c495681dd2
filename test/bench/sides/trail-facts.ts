import { uuidv7 } from '../../../shared/core/ids.ts';
import type { Uid } from '../../../shared/core/principal.ts';
import { readFixture } from './fixture.ts';

const { issuer } = readFixture();

/** What the trail is told of a call of echo, the same on both sides. */
export function factsOfCall(now: number) {
  return {
    callId: uuidv7(() => now),
    requestId: 'JKJaXmPLvHcESHA=',
    principal: {
      issuer,
      subject: 'alice',
      clientId: 'test-client',
      scopes: ['openid', 'starter.whoami', 'starter.echo'],
      tokenId: 'token-1',
    },
    uid: 'usr_01ARZ3NDEKTSV4RRFFQ69G5FAV' as Uid,
    method: 'tools/call',
    tool: 'echo',
    requestedName: 'echo',
    door: 'mcp' as const,
    revision: '2026-07-28',
    sourceIp: '192.0.2.1',
    userAgent: 'bench/1',
  };
}

export const ARGUMENTS = { text: 'a text of forty characters, as in a chat' };
export const RESULT = { content: [{ type: 'text', text: ARGUMENTS.text }], structuredContent: { ...ARGUMENTS } };
