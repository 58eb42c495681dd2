import { createEventWriter } from '../../shared/audit/events.ts';
import { type AuditReader, createAuditReader } from '../../shared/audit/query.ts';
import type { RevealOptions } from '../../shared/audit/reveal.ts';
import { createDynamo, type Dynamo } from '../../shared/aws/dynamodb.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import { linkKey, userKey } from '../../shared/identity/keys.ts';
import { DEFAULT_PORT, toPort } from '../arguments.ts';
import { localDynamo } from '../dev/local-dynamo.ts';
import { readState } from '../dev/state-file.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { awsActor, localActor } from './actor.ts';
import { outputIn, outputOf, outputsOf } from './stack-output.ts';

export const TRAIL_OPTIONS = {
  local: { type: 'boolean' },
  port: { type: 'string' },
  stack: { type: 'string' },
  table: { type: 'string' },
  'no-index': { type: 'boolean' },
} as const;

export const TRAIL_HELP = `Where to look. Every reading is recorded before it is answered.
  --stack NAME      a deployed stack, with your AWS credentials. Default Gatehouse
  --table NAME      the audit table itself, also of a stack that is gone
  --local           the dev gateway on --port ${DEFAULT_PORT}
  --no-index        with --tool: read the table, also calls from before auditToolIndex was turned on`;

export interface TrailValues {
  readonly local?: boolean | undefined;
  readonly port?: string | undefined;
  readonly stack?: string | undefined;
  readonly table?: string | undefined;
  readonly 'no-index'?: boolean | undefined;
}

/** The trail as somebody with a name reads it. */
export interface Trail {
  readonly reader: AuditReader;
  /** Whoever asks, as the trail names them. */
  readonly caller: string;
  /** Where it is, for what leaves it: the name of the table. */
  readonly source: string;
  /** Before any answer. @throws Failure: then there is none */
  record(action: string, detail: string): Promise<void>;
  /** @throws Failure for somebody the gateway does not know */
  uidOf(subject: string, issuer: string | undefined): Promise<string>;
  /** @throws WrongUsage where only the audit table is known */
  reveal(): Promise<RevealOptions>;
}

/** A terminal may be far from the region, and may wait. */
const FROM_AFAR = { attempts: 3, connectMs: 2000, requestMs: 5000, totalMs: 15_000 };
/** Of the record of a reading, as the gateway keeps records by default. */
const RETENTION_DAYS = 400;

interface Place {
  readonly dynamo: Dynamo;
  readonly audit: string;
  /** Other things of the same gateway, by the name of their stack output. */
  readonly named: (output: string) => Promise<string>;
  readonly toolIndex: boolean;
}

/** @throws Failure for a gateway that cannot be read */
export async function openTrail(values: TrailValues): Promise<Trail> {
  const { dynamo, audit, named, toolIndex } = values.local === true ? local(values) : await deployed(values);
  const actor = values.local === true ? localActor() : await awsActor();
  const events = createEventWriter({ dynamo, table: audit, clock: systemClock, retentionDays: RETENTION_DAYS });
  return {
    reader: createAuditReader({ dynamo, table: audit, toolIndex: toolIndex && values['no-index'] !== true }),
    caller: `${actor.issuer}:${actor.subject}`,
    source: audit,
    record: async (action, detail) => {
      await events.read({ actor, action, detail }).catch((error: unknown) => {
        const cause = error instanceof GatewayError ? error.cause : error;
        const says = cause instanceof Error ? cause.message : 'unknown';
        throw new Failure(`Your reading could not be recorded, so there is no answer: ${says}`);
      });
    },
    uidOf: async (subject, issuer) => {
      const who = issuer ?? (await named('Issuer'));
      const link = await dynamo.get(await named('IdentitiesTable'), linkKey(who, subject));
      const uid = link?.['uid'];
      if (typeof uid !== 'string') throw new Failure(`Nobody is known as ${JSON.stringify(subject)} of ${who}.`);
      return uid;
    },
    reveal: async () => {
      const [identities, state] = [await named('IdentitiesTable'), await named('StateTable')];
      return { dynamo, identities, state, userKey };
    },
  };
}

function local({ port }: TrailValues): Place {
  const { dynamodb, tables, issuer, auditToolIndex: toolIndex } = readState(toPort(port));
  const outputs = new Map([
    ['IdentitiesTable', tables.identities],
    ['StateTable', tables.state],
    ['Issuer', issuer],
  ]);
  return {
    dynamo: createDynamo(localDynamo(dynamodb)),
    audit: tables.audit,
    named: async (output) => outputs.get(output) ?? '',
    toolIndex,
  };
}

async function deployed({ table, stack }: TrailValues): Promise<Place> {
  const dynamo = createDynamo({ limits: FROM_AFAR });
  if (table === undefined) {
    const name = stack ?? 'Gatehouse';
    const outputs = await outputsOf(name);
    const named = async (output: string) => outputIn(outputs, name, output);
    return { dynamo, audit: await named('AuditTable'), named, toolIndex: outputs.has('AuditToolIndex') };
  }
  const named = async (output: string) => {
    if (stack === undefined) throw new WrongUsage(`With --table alone there is no ${output}. Add --stack NAME.`);
    return outputOf(stack, output);
  };
  return { dynamo, audit: table, named, toolIndex: false };
}
