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
  return hashed({ ...describe(facts, stamp), decision: 'allowed', sk: sortKey(facts.callId, PHASE.intent) });
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
  const { callId, tool, uid } = intent;
  const { isError, errorType } = outcome;
  const state = isError ? (errorType === 'UNKNOWN' ? 'unknown' : 'error') : undefined;
  return hashed({
    ...indexKeys(callId, { uid, state, tool }, stamp),
    callId,
    clientId: intent.clientId,
    decision: intent.decision,
    errorType,
    isError,
    latencyMs: outcome.latencyMs,
    logTs: stamp.logTs,
    method: intent.method,
    pk: intent.pk,
    prevPhaseHash: intent.hash,
    requestId: intent.requestId,
    resultDigest: outcome.resultDigest,
    sk: sortKey(callId, PHASE.outcome),
    subject: intent.subject,
    tenant: TENANT,
    tool,
    toolDigest: intent.toolDigest,
    ts: intent.ts,
    ttl: stamp.ttl,
    uid,
    v: VERSION,
  });
}

export function denialRecord(facts: CallFacts, code: string, reason: string | undefined, stamp: Stamp): AuditRecord {
  return hashed({
    ...describe(facts, stamp),
    ...indexKeys(facts.callId, { ...facts, state: 'denied' }, stamp),
    // Whoever is refused must not be able to fill the table.
    argsSealed: undefined,
    decision: 'denied',
    detail: reason,
    reason: code,
    sk: sortKey(facts.callId, PHASE.denial),
  });
}

/** By name, as it is hashed: sorting what is nearly in order is cheap. */
function describe(facts: CallFacts, stamp: Stamp) {
  const { callId, principal, args } = facts;
  return {
    argsBytes: args?.argsBytes,
    argsDigest: args?.argsDigest,
    argsKeys: args?.argsKeys,
    argsLevel: args?.argsLevel,
    argsMark: args?.argsMark,
    argsSealed: args?.argsSealed,
    callId,
    clientId: principal.clientId && cut(principal.clientId, 256),
    decisionRule: facts.decisionRule,
    door: facts.door,
    fnVersion: stamp.fnVersion,
    issuer: principal.issuer,
    logTs: stamp.logTs,
    method: facts.method,
    pk: partitionOf(callId),
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
    ts: uuidv7Time(callId),
    ttl: stamp.ttl,
    ua: cut(printable(facts.userAgent), 200),
    uid: facts.uid,
    v: VERSION,
  };
}

interface Indexed {
  readonly uid?: FieldValue | undefined;
  readonly state: IndexedState | undefined;
  readonly tool?: FieldValue | undefined;
}

/** The keys in the indexes that a record is in. */
function indexKeys(callId: string, { uid, state, tool }: Indexed, { toolIndex }: Stamp) {
  const ofTool = toolIndex === true ? tool : undefined;
  return {
    gsi1pk: uid === undefined ? undefined : whoKey(String(uid)),
    gsi1sk: uid === undefined ? undefined : callId,
    gsi2pk: state && stateKey(state, dayOf(uuidv7Time(callId)), shardOf(callId)),
    gsi2sk: state && callId,
    gsi3pk: ofTool && toolKey(String(ofTool), monthOf(uuidv7Time(callId)), toolShardOf(callId)),
    gsi3sk: ofTool && callId,
  };
}

/** What is undefined stays in it and is nowhere written: leaving it out would be the dearest part of making a record. */
function hashed(fields: Fields & Pick<AuditRecord, 'pk' | 'sk' | 'callId'>): AuditRecord {
  return { ...fields, hash: hashOf(fields) } as AuditRecord;
}

/**
 * RFC 6962 section 2.1 leaf hash of a record as it is read back, hex. Of all its attributes: one that is not of ours
 * counts too.
 *
 * @throws NotCanonical for a value that no record of ours can have
 */
export function leafHash(record: Readonly<Record<string, unknown>>): string {
  return hashOf({ ...record, hash: undefined });
}

function hashOf(record: Readonly<Record<string, unknown>>): string {
  return hash('sha256', `\0${canonicalJson(record)}`, 'hex');
}
