import { hash } from 'node:crypto';
import type { AuditField } from '../core/audit-fields.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import { uuidv7Time } from '../core/ids.ts';
import type { Principal, Uid } from '../core/principal.ts';
import type { ArgumentFields } from './arguments.ts';
import {
  dayOf,
  type IndexedState,
  monthOf,
  partitionOf,
  shardOf,
  sortKey,
  stateKey,
  toolKey,
  toolShardOf,
  whoKey,
} from './item-keys.ts';
import { cut, digest, printable } from './text.ts';

export { dayOf, partitionKey, SHARDS, shardOf } from './item-keys.ts';

/**
 * The shape of the trail. Two immutable items for an executed call (intent, outcome), one for a denial, one for an event;
 * none is ever updated. Results, tokens and secrets have no field here; of arguments there is what the tool's level says.
 * What each field means: shared/core/audit-fields.ts.
 */
export const PHASE = { intent: '0', outcome: '1', denial: '9' } as const;

const VERSION = 2;
const TENANT = 'default';

export interface CallFacts {
  /** UUIDv7; its time is the record's time. */
  readonly callId: string;
  readonly requestId: string;
  readonly principal: Pick<Principal, 'issuer' | 'subject' | 'clientId' | 'scopes' | 'tokenId'>;
  readonly uid: Uid | undefined;
  /** JSON-RPC method, one of the recorded ones. */
  readonly method: string;
  /** The tool, prompt or resource by our name, or undefined when the caller named something that does not exist. */
  readonly tool: string | undefined;
  /** What was asked for when it is not ours: only its hash is kept, so that nobody writes text into the trail. */
  readonly requestedName: string;
  readonly toolVersion?: string | undefined;
  readonly door: 'mcp' | 'rest';
  readonly revision: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** The client's span in the form of W3C Trace Context 00, when it named one. */
  readonly traceparent?: string | undefined;
  /** What decided, when it was not scopes and roles. */
  readonly decisionRule?: string | undefined;
  readonly args?: ArgumentFields | undefined;
}

/** What the writing function adds. */
export interface Stamp {
  /** Seconds since the epoch. */
  readonly ttl: number;
  /** Milliseconds. */
  readonly logTs: number;
  readonly region?: string | undefined;
  readonly fnVersion?: string | undefined;
  /** Whether the table has the index by tool. */
  readonly toolIndex?: boolean;
}

export type FieldValue = string | number | boolean | readonly string[];

export type AuditRecord = { readonly [Name in AuditField]?: FieldValue } & {
  readonly pk: string;
  readonly sk: string;
  readonly hash: string;
  readonly callId: string;
};

type Fields = { readonly [Name in AuditField]?: FieldValue | undefined };

export function intentRecord(facts: CallFacts, stamp: Stamp): AuditRecord {
  return place(facts.callId, PHASE.intent, { ...describe(facts, stamp), ...facts.args, decision: 'allowed' });
}

export interface Outcome {
  readonly isError: boolean;
  /** `UNKNOWN`: nobody knows whether it ran to its end. */
  readonly errorType: string | undefined;
  readonly latencyMs?: number | undefined;
  readonly resultDigest?: string | undefined;
}

/**
 * Ends an intent, carrying its hash: the two items of a call are a chain. Of what the intent said it repeats what its rows
 * in the indexes must show; the rest stands there. The intent may be one that was read back from the table.
 */
export function outcomeRecord(intent: AuditRecord, outcome: Outcome, stamp: Stamp): AuditRecord {
  const { callId, clientId, decision, method, requestId, subject, tool, toolDigest, ts, uid } = intent;
  const { isError, errorType, latencyMs, resultDigest } = outcome;
  return place(callId, PHASE.outcome, {
    ...{ callId, clientId, decision, errorType, isError, latencyMs, method },
    ...{ prevPhaseHash: intent.hash, requestId, resultDigest, subject, tenant: TENANT, tool, toolDigest },
    ...{ logTs: stamp.logTs, ts, ttl: stamp.ttl, uid, v: VERSION },
    ...whoIndex(callId, uid),
    ...(isError ? stateIndex(callId, errorType === 'UNKNOWN' ? 'unknown' : 'error') : {}),
    ...toolIndex(callId, tool, stamp),
  });
}

export function denialRecord(facts: CallFacts, code: string, reason: string | undefined, stamp: Stamp): AuditRecord {
  const { callId, uid, tool } = facts;
  return place(callId, PHASE.denial, {
    ...describe(facts, stamp),
    ...facts.args,
    // Whoever is refused must not be able to fill the table.
    argsSealed: undefined,
    decision: 'denied',
    detail: reason,
    reason: code,
    ...whoIndex(callId, uid),
    ...stateIndex(callId, 'denied'),
    ...toolIndex(callId, tool, stamp),
  });
}

/** Places fields as an item of this call and hashes it. */
function place(callId: string, phase: string, fields: Fields): AuditRecord {
  return hashed({ ...fields, callId, pk: partitionOf(callId), sk: sortKey(callId, phase) });
}

/** By name, as it is hashed: sorting what is nearly in order is cheap. */
function describe(facts: CallFacts, stamp: Stamp): Fields {
  const { principal } = facts;
  return {
    callId: facts.callId,
    clientId: principal.clientId && cut(principal.clientId, 256),
    decisionRule: facts.decisionRule,
    door: facts.door,
    fnVersion: stamp.fnVersion,
    issuer: principal.issuer,
    logTs: stamp.logTs,
    method: facts.method,
    region: stamp.region,
    requestId: facts.requestId,
    revision: facts.revision,
    scopes: principal.scopes.slice(0, 50),
    sourceIp: facts.sourceIp,
    subject: principal.subject,
    tenant: TENANT,
    tokenId: principal.tokenId === undefined ? undefined : digest(principal.tokenId),
    tool: facts.tool,
    toolDigest: facts.tool === undefined ? digest(facts.requestedName) : undefined,
    toolVersion: facts.toolVersion,
    traceparent: facts.traceparent,
    ts: uuidv7Time(facts.callId),
    ttl: stamp.ttl,
    ua: cut(printable(facts.userAgent), 200),
    uid: facts.uid,
    v: VERSION,
  };
}

function whoIndex(callId: string, uid: FieldValue | undefined): Fields {
  return uid === undefined ? {} : { gsi1pk: whoKey(String(uid)), gsi1sk: callId };
}

function stateIndex(callId: string, state: IndexedState): Fields {
  return { gsi2pk: stateKey(state, dayOf(uuidv7Time(callId)), shardOf(callId)), gsi2sk: callId };
}

function toolIndex(callId: string, tool: FieldValue | undefined, stamp: Stamp): Fields {
  if (stamp.toolIndex !== true || tool === undefined) return {};
  return { gsi3pk: toolKey(String(tool), monthOf(uuidv7Time(callId)), toolShardOf(callId)), gsi3sk: callId };
}

function hashed(fields: Fields & Pick<AuditRecord, 'pk' | 'sk' | 'callId'>): AuditRecord {
  const record: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined && name !== 'hash') record[name] = value;
  return Object.assign(record, { pk: fields.pk, sk: fields.sk, callId: fields.callId, hash: hashOf(record) });
}

/**
 * RFC 6962 section 2.1 leaf hash of a record as it is read back, hex. Of all its attributes: one that is not of ours
 * counts too.
 *
 * @throws NotCanonical for a value that no record of ours can have
 */
export function leafHash(record: Readonly<Record<string, unknown>>): string {
  const { hash: _hash, ...rest } = record;
  return hashOf(rest);
}

function hashOf(record: Readonly<Record<string, unknown>>): string {
  return hash('sha256', `\0${canonicalJson(record)}`, 'hex');
}
