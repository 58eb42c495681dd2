import type { Dynamo } from '../aws/dynamodb.ts';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import { uuidv7 } from '../core/ids.ts';
import type { Log } from '../core/logger.ts';
import { bounded, eventRecord } from './event-record.ts';
import type { AuditRecord } from './record.ts';
import { createSinks } from './sinks.ts';

/** Who asks the trail or changes something, outside of the gateway's own users. */
export interface Actor {
  /** `aws`: subject is the ARN that AWS names the caller by. `local`: the user of the operating system. */
  readonly issuer: 'aws' | 'local';
  readonly subject: string;
}

export interface AuditEvent {
  readonly actor: Actor;
  /** A fixed word of ours: `audit/query`. */
  readonly action: string;
  /** What was asked or changed, in a few words; cut at 256 characters. Never an argument of a call or a claim. */
  readonly detail?: string;
}

/** Phase 5. Who reads the trail is in it. */
export interface EventWriter {
  /**
   * Before the answer: no answer without its record. There is no second sink, since a question can be asked again.
   *
   * @throws GatewayError AUDIT_UNAVAILABLE
   */
  read(event: AuditEvent): Promise<AuditRecord>;
  /**
   * Before the change.
   *
   * @throws GatewayError AUDIT_UNAVAILABLE
   */
  admin(event: AuditEvent): Promise<AuditRecord>;
}

export interface EventWriterOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly clock: Clock;
  /** Without one an alarm is an error and nothing else. */
  readonly log?: Log;
  readonly retentionDays: number;
}

export function createEventWriter({ clock, retentionDays, log = SILENT, ...store }: EventWriterOptions): EventWriter {
  const sinks = createSinks({ ...store, log });
  const write = async (kind: 'read' | 'admin', { actor, action, detail }: AuditEvent): Promise<AuditRecord> => {
    const fields = {
      kind,
      method: action,
      issuer: actor.issuer,
      subject: bounded(actor.subject),
      decision: 'allowed',
      detail: detail === undefined ? undefined : bounded(detail),
    };
    const record = eventRecord(uuidv7(clock), fields, { now: clock(), retentionDays });
    try {
      await sinks.first(record);
      return record;
    } catch (cause) {
      throw new GatewayError('AUDIT_UNAVAILABLE', { reason: 'event_not_written', cause });
    }
  };
  return { read: (event) => write('read', event), admin: (event) => write('admin', event) };
}

const SILENT: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => SILENT,
};
