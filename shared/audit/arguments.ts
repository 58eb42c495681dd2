import { openBytes, sealBytes } from '../core/aead.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { CallKey } from './call-key.ts';
import { REDACTED, redact } from './redact.ts';

/**
 * What the trail keeps of the arguments of a call. `keys`: a keyed digest, and the names of the arguments. `redacted` and
 * `full`: also the values, sealed; `redacted` without what is or looks like a secret.
 */
export const AUDIT_LEVELS = ['none', 'keys', 'redacted', 'full'] as const;
export type AuditLevel = (typeof AUDIT_LEVELS)[number];
export const DEFAULT_LEVEL: AuditLevel = 'keys';

/** What a record says of the arguments of its call. */
export interface ArgumentFields {
  readonly argsLevel: AuditLevel;
  readonly argsDigest?: string;
  readonly argsKeys?: readonly string[];
  readonly argsSealed?: string;
  readonly argsBytes?: number;
  readonly argsMark?: 'too-large' | 'no-user-key' | 'no-month-key';
}

/** Of their canonical JSON: more is not sealed. An item may be 400 KB, and 1 KB of it is one write unit. */
const MAX_SEALED_BYTES = 8192;

const MAX_KEYS = 16;
const MAX_KEY_BYTES = 200;

/**
 * The fields of one call.
 *
 * @param names the names that what was called has for its arguments; any other is a client's text. Undefined when there is no
 * such thing
 */
export function describeArguments(
  args: JsonObject,
  level: AuditLevel,
  key: CallKey,
  { callId, names }: { readonly callId: string; readonly names: ReadonlySet<string> | undefined },
): ArgumentFields {
  if (level === 'none') return { argsLevel: 'none' };
  const text = canonicalJson(args);
  const digest = { argsLevel: level, argsDigest: key.digestText(text), ...(names ? keysOf(args, names) : {}) };
  if (level === 'keys') return digest;
  const argsBytes = Buffer.byteLength(text);
  if (argsBytes > MAX_SEALED_BYTES) return { ...digest, argsBytes, argsMark: 'too-large' };
  const plain = level === 'full' ? text : canonicalJson(redact(args));
  const argsSealed = sealBytes(key.sealing(), contextOf(callId), plain).toString('base64url');
  return { ...digest, argsBytes, argsSealed };
}

/** What `argsSealed` holds, as canonical JSON; undefined when it is not of this call or these keys. */
export function openArguments(callId: string, sealed: string, key: CallKey): string | undefined {
  return openBytes(key.sealing(), contextOf(callId), Buffer.from(sealed, 'base64url'))?.toString('utf8');
}

/** So that a seal cannot be moved to another record. */
function contextOf(callId: string): Buffer {
  return Buffer.from(`gatehouse/audit/arguments/${callId}`);
}

/** A name that we do not know could be a secret as well, or a text of its own. */
function keysOf(args: JsonObject, names: ReadonlySet<string>): { readonly argsKeys?: readonly string[] } {
  const kept: string[] = [];
  let room = MAX_KEY_BYTES;
  for (const name of Object.keys(args).sort().slice(0, MAX_KEYS)) {
    const shown = names.has(name) ? name : REDACTED;
    room -= shown.length;
    if (room < 0) break;
    kept.push(shown);
  }
  return kept.length === 0 ? {} : { argsKeys: kept };
}
