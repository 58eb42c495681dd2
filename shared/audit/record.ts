import { hash } from 'node:crypto';
import { uuidv7Time } from '../core/ids.ts';
import type { Principal, Uid } from '../core/principal.ts';

/**
 * The shape of the trail. Two immutable items for an executed call (intent, outcome), one for a denial; none is ever
 * updated. Raw arguments, results, tokens and secrets have no field here. Digests of arguments need a keyed hash, since
 * small values can be guessed; they come with the key management of the full trail.
 */
export const PHASE = { intent: '0', outcome: '1', denial: '9' } as const;

/** Shards a day: spreads the writes; a call's shard follows from its id, so a lookup by id needs no index. */
export const SHARDS = 4;
const TENANT = 'default';
const VERSION = 1;

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
  readonly door: 'mcp' | 'rest';
  readonly revision: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** The client's span in the form of W3C Trace Context 00, when it named one. */
  readonly traceparent?: string | undefined;
}

export type AuditRecord = Readonly<Record<string, string | number | boolean | readonly string[]>> & {
  readonly pk: string;
  readonly sk: string;
  readonly hash: string;
};

type Fields = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export function intentRecord(facts: CallFacts, ttl: number): AuditRecord {
  return seal(facts.callId, PHASE.intent, { ...describe(facts), decision: 'allowed', ttl });
}

export interface Outcome {
  readonly isError: boolean;
  readonly errorType: string | undefined;
  readonly latencyMs: number;
}

/** Says what the intent said, and carries its hash: the two items of a call are a chain. */
export function outcomeRecord(facts: CallFacts, intent: AuditRecord, outcome: Outcome, ttl: number): AuditRecord {
  return hashed({
    ...intent,
    ...whoIndex(facts),
    ...(outcome.isError ? stateIndex(facts.callId, 'error') : {}),
    isError: outcome.isError,
    errorType: outcome.errorType,
    latencyMs: outcome.latencyMs,
    prevPhaseHash: intent.hash,
    sk: sortKey(facts.callId, PHASE.outcome),
    ttl,
  });
}

export function denialRecord(facts: CallFacts, code: string, reason: string | undefined, ttl: number): AuditRecord {
  return seal(facts.callId, PHASE.denial, {
    ...describe(facts),
    ...whoIndex(facts),
    ...stateIndex(facts.callId, 'denied'),
    decision: 'denied',
    reason: code,
    detail: reason,
    ttl,
  });
}

export function partitionKey(day: string, shard: number): string {
  return `D#${day}#${String(shard).padStart(2, '0')}`;
}

export function whoKey(uid: string): string {
  return `U#${TENANT}#${uid}`;
}

export function stateKey(state: 'denied' | 'error' | 'unknown', day: string, shard: number): string {
  return `X#${state}#${day}#${shard}`;
}

/** `yyyymmdd` in UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
}

export function shardOf(callId: string): number {
  return Number.parseInt(hash('sha256', callId, 'hex').slice(0, 2), 16) % SHARDS;
}

/** By name, as it is hashed: sorting what is nearly in order is cheap. */
function describe(facts: CallFacts): Fields {
  const { principal } = facts;
  return {
    callId: facts.callId,
    clientId: principal.clientId && cut(principal.clientId, 256),
    door: facts.door,
    issuer: principal.issuer,
    method: facts.method,
    requestId: facts.requestId,
    revision: facts.revision,
    scopes: principal.scopes.slice(0, 50),
    sourceIp: facts.sourceIp,
    subject: principal.subject,
    tenant: TENANT,
    tokenId: principal.tokenId === undefined ? undefined : digest(principal.tokenId),
    tool: facts.tool,
    toolDigest: facts.tool === undefined ? digest(facts.requestedName) : undefined,
    traceparent: facts.traceparent,
    ts: uuidv7Time(facts.callId),
    ua: cut(printable(facts.userAgent), 200),
    uid: facts.uid,
    v: VERSION,
  };
}

function whoIndex({ uid, callId }: CallFacts): Fields {
  return uid === undefined ? {} : { gsi1pk: whoKey(uid), gsi1sk: callId };
}

function stateIndex(callId: string, state: 'denied' | 'error'): Fields {
  return { gsi2pk: stateKey(state, dayOf(uuidv7Time(callId)), shardOf(callId)), gsi2sk: callId };
}

function seal(callId: string, phase: string, fields: Fields): AuditRecord {
  const pk = partitionKey(dayOf(uuidv7Time(callId)), shardOf(callId));
  return hashed({ ...fields, pk, sk: sortKey(callId, phase) });
}

function sortKey(callId: string, phase: string): string {
  return `${callId}#${phase}`;
}

function hashed(fields: Fields & Pick<AuditRecord, 'pk' | 'sk'>): AuditRecord {
  const record = inOrder(fields);
  return Object.assign(record, { pk: fields.pk, sk: fields.sk, hash: hashOf(record) });
}

/** RFC 6962 section 2.1 leaf hash of a record as it is read back. */
export function leafHash(record: Fields): string {
  return hashOf(inOrder(record));
}

/** Over canonical JSON (RFC 8785): records are flat, with safe integers and well-formed strings only. */
function hashOf(record: Present): string {
  return hash('sha256', `\0${JSON.stringify(record)}`, 'hex');
}

type Present = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** The members that are hashed, sorted by name as canonical JSON wants them. */
function inOrder(fields: Fields): Present {
  const sorted: Record<string, string | number | boolean | readonly string[]> = {};
  for (const name of Object.keys(fields).sort()) {
    const value = fields[name];
    if (value !== undefined && name !== 'hash') sorted[name] = value;
  }
  return sorted;
}

function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}

/** Not through the middle of a character: half a surrogate pair is stored as another one, and the hash fails for ever. */
function cut(text: string, length: number): string {
  return text.slice(0, length).toWellFormed();
}

/** Control, format and unpaired surrogate characters could forge lines where a record is printed. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ');
}
