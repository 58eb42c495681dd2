import { createEventWriter } from '../../shared/audit/events.ts';
import { type AuditReader, createAuditReader } from '../../shared/audit/query.ts';
import { createArchiveReader } from '../../shared/audit/question/archive-reader.ts';
import type { RevealOptions } from '../../shared/audit/reveal.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import { linkKey, userKey } from '../../shared/identity/keys.ts';
import { DEFAULT_PORT } from '../arguments.ts';
import { sentenceOf } from '../aws-failure.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { awsActor, localActor } from './actor.ts';
import { openArchiveOf } from './archive.ts';
import { findPlace, type PlaceValues, RETENTION_DAYS } from './place.ts';

export const TRAIL_OPTIONS = {
  local: { type: 'boolean' },
  port: { type: 'string' },
  stack: { type: 'string' },
  table: { type: 'string' },
  archive: { type: 'string' },
  'no-index': { type: 'boolean' },
} as const;

export const TRAIL_HELP = `Where to look. Every reading is recorded before it is answered.
  --stack NAME      a deployed stack, with your AWS credentials. Default Gatehouse
  --table NAME      the audit table itself, also of a stack that is gone
  --local           the dev gateway on --port ${DEFAULT_PORT}
  --archive A       read s3://bucket and not the table: also what the table has dropped. Recorded in the stack, or
                    with --local; a folder alone is your copy, and nobody is told
  --no-index        with --tool: read the table, also calls from before auditToolIndex was turned on`;

export interface TrailValues extends PlaceValues {
  readonly archive?: string | undefined;
  readonly 'no-index'?: boolean | undefined;
}

/** The trail as somebody with a name reads it. */
export interface Trail {
  readonly reader: AuditReader;
  /** Whoever asks, as the trail names them. */
  readonly caller: string;
  /** Where it is, for what leaves it: the name of the table. */
  readonly source: string;
  /** Other things of the same gateway, by the name of their stack output. @throws Failure, WrongUsage */
  named(output: string): Promise<string>;
  /** Before any answer. @throws Failure: then there is none */
  record(action: string, detail: string): Promise<void>;
  /** @throws Failure for somebody the gateway does not know */
  uidOf(subject: string, issuer: string | undefined): Promise<string>;
  /** @throws WrongUsage where only the audit table is known */
  reveal(): Promise<RevealOptions>;
}

/** @throws Failure for a gateway that cannot be read */
export async function openTrail(values: TrailValues): Promise<Trail> {
  if (isCopy(values)) return openCopy(values.archive);
  const { dynamo, audit, named, toolIndex } = await findPlace(values);
  const actor = values.local === true ? localActor() : await awsActor();
  const events = createEventWriter({ dynamo, table: audit, clock: systemClock, retentionDays: RETENTION_DAYS });
  return {
    reader:
      values.archive === undefined
        ? createAuditReader({ dynamo, table: audit, toolIndex: toolIndex && values['no-index'] !== true })
        : await openArchived(values.archive),
    caller: `${actor.issuer}:${actor.subject}`,
    source: audit,
    named,
    record: async (action, detail) => {
      await events.read({ actor, action, detail }).catch((error: unknown) => {
        const cause = error instanceof GatewayError ? error.cause : error;
        throw new Failure(`Your reading could not be recorded, so there is no answer: ${sentenceOf(cause)}`);
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

/** A folder without a gateway: nothing but this machine has to do with it. */
function isCopy(values: TrailValues): values is TrailValues & { readonly archive: string } {
  const { archive, local, stack, table } = values;
  return archive !== undefined && !/^s3:/i.test(archive) && local !== true && (stack ?? table) === undefined;
}

async function openCopy(folder: string): Promise<Trail> {
  const named = async (output: string): Promise<never> => {
    throw new WrongUsage(`A folder has no ${output}. Add --stack NAME or --local.`);
  };
  return {
    reader: await openArchived(folder),
    caller: `local:${localActor().subject}`,
    source: 'archive',
    named,
    record: async () => void process.stderr.write('A copy of your own: this reading is recorded nowhere.\n'),
    uidOf: () => named('IdentitiesTable'),
    reveal: () => named('IdentitiesTable'),
  };
}

async function openArchived(where: string): Promise<AuditReader> {
  let isTold = false;
  const onProblem = () => {
    if (!isTold)
      process.stderr.write(
        'The archive has lines that are no record, records that were changed, or two records of one. audit verify names them.\n',
      );
    isTold = true;
  };
  return createArchiveReader({ objects: await openArchiveOf({ archive: where }), onProblem });
}
