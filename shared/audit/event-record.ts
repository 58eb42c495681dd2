import { uuidv7Time } from '../core/ids.ts';
import { type AuditRecord, PHASE, place, type Stamp, stateIndex, VERSION } from './record.ts';
import { cut, printable } from './text.ts';

/** What is no call: one item, and it has happened when it is written. */
export type EventFacts = EventBase & (AuthFailure | ByHand);

interface EventBase {
  /** UUIDv7; its time is the record's time. */
  readonly eventId: string;
  readonly requestId?: string | undefined;
  readonly sourceIp?: string | undefined;
  readonly userAgent?: string | undefined;
  /** Words of ours: a code, parameters that were checked. Never a client's text. At most 512 characters. */
  readonly detail?: string | undefined;
}

/** A request without a user. Its record is a sample: `seen` of them, itself included, were counted since the last one. */
interface AuthFailure {
  readonly kind: 'auth-failure';
  /** Error code. */
  readonly reason: string;
  readonly seen: number;
}

/** Somebody read the trail, or changed what it can say. */
interface ByHand {
  readonly kind: 'read' | 'admin';
  readonly actor: string;
  readonly action: string;
  /** The one user whom it is about. */
  readonly about?: string | undefined;
}

export function eventRecord(facts: EventFacts, stamp: Stamp): AuditRecord {
  const { eventId, kind, requestId, sourceIp, userAgent, detail } = facts;
  const own =
    facts.kind === 'auth-failure'
      ? { decision: 'denied', reason: facts.reason, seen: facts.seen, ...stateIndex(eventId, 'denied') }
      : { action: text(facts.action, 100), actor: text(facts.actor, 256), about: facts.about };
  return place(eventId, PHASE.event, {
    detail: text(detail, 512),
    fnVersion: stamp.fnVersion,
    kind,
    logTs: stamp.logTs,
    region: stamp.region,
    requestId,
    sourceIp,
    ts: uuidv7Time(eventId),
    ttl: stamp.ttl,
    ua: text(userAgent, 200),
    v: VERSION,
    ...own,
  });
}

function text(value: string | undefined, length: number): string | undefined {
  return value === undefined ? undefined : cut(printable(value), length);
}
