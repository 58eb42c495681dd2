import { createEventWriter, type EventWriter } from '../../shared/audit/events.ts';
import { createUserHolds } from '../../shared/audit/hold.ts';
import { createDynamo, type DynamoOptions } from '../../shared/aws/dynamodb.ts';
import { systemClock } from '../../shared/core/clock.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import { userKey } from '../../shared/identity/keys.ts';
import { DEFAULT_PORT, toPort } from '../arguments.ts';
import { sentenceOf } from '../aws-failure.ts';
import { localDynamo } from '../dev/local-dynamo.ts';
import { readState } from '../dev/state-file.ts';
import { Failure, WrongUsage } from '../failure.ts';
import { awsActor, localActor } from './actor.ts';
import { FROM_AFAR, RETENTION_DAYS } from './place.ts';
import { outputOf } from './stack-output.ts';

/** Where the tables are, on every command here. */
export const STORE_OPTIONS = {
  local: { type: 'boolean' },
  port: { type: 'string' },
  stack: { type: 'string' },
} as const;

export const STORE_HELP = `Where:
  --stack NAME      a deployed stack, with your AWS credentials. Default Gatehouse
  --local           the dev gateway on --port ${DEFAULT_PORT}`;

interface Where {
  readonly local?: boolean | undefined;
  readonly port?: string | undefined;
  readonly stack?: string | undefined;
}

/** Everything that changing or reading keys and holds needs. @throws Failure for a stack that cannot be read */
export async function openStores({ local, port, stack = 'Gatehouse' }: Where) {
  const { options, tables } = local === true ? localStores(port) : await deployedStores(stack);
  const dynamo = createDynamo(options);
  const actor = local === true ? localActor() : await awsActor();
  const events = orNothing(
    createEventWriter({ dynamo, table: tables.audit, clock: systemClock, retentionDays: RETENTION_DAYS }),
  );
  const holds = createUserHolds({ dynamo, table: tables.state, clock: systemClock, events });
  return { options, tables, dynamo, events, holds, actor, userKey };
}

/** An event that cannot be written is told to whoever waits for what it was about. */
function orNothing({ read, admin }: EventWriter): EventWriter {
  const told = (error: unknown): never => {
    const cause = error instanceof GatewayError ? error.cause : error;
    throw new Failure(`This could not be recorded, so it was not done: ${sentenceOf(cause)}`);
  };
  return { read: (event) => read(event).catch(told), admin: (event) => admin(event).catch(told) };
}

function localStores(port: string | undefined) {
  const { dynamodb, tables } = readState(toPort(port));
  return { options: localDynamo(dynamodb) as DynamoOptions, tables };
}

async function deployedStores(stack: string) {
  const named = (name: string) => outputOf(stack, name);
  const tables = {
    identities: await named('IdentitiesTable'),
    audit: await named('AuditTable'),
    state: await named('StateTable'),
  };
  return { options: { limits: FROM_AFAR } as DynamoOptions, tables };
}

/** @throws WrongUsage */
export function toUser(text: string | undefined): string {
  if (text !== undefined && /^usr_[0-9A-HJKMNP-TV-Z]{26}$/.test(text)) return text;
  if (text === undefined) throw new WrongUsage('Say which user: --user usr_01ARZ3NDEKTSV4RRFFQ69G5FAV.');
  throw new WrongUsage(`--user ${text} is no user id. It looks like usr_01ARZ3NDEKTSV4RRFFQ69G5FAV.`);
}
