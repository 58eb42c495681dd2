import { createDynamo, type Dynamo } from '../../shared/aws/dynamodb.ts';
import { toPort } from '../arguments.ts';
import { localDynamo } from '../dev/local-dynamo.ts';
import { readState } from '../dev/state-file.ts';
import { WrongUsage } from '../failure.ts';
import { outputIn, outputOf, outputsOf } from './stack-output.ts';

/** A terminal may be far from the region, and may wait. */
export const FROM_AFAR = { attempts: 3, connectMs: 2000, requestMs: 5000, totalMs: 15_000 };

/** Of what a command records about itself, as the gateway keeps records by default. */
export const RETENTION_DAYS = 400;

export interface PlaceValues {
  readonly local?: boolean | undefined;
  readonly port?: string | undefined;
  readonly stack?: string | undefined;
  readonly table?: string | undefined;
}

/** Where a trail is kept. */
export interface Place {
  readonly dynamo: Dynamo;
  readonly audit: string;
  /** Other things of the same gateway, by the name of their stack output. */
  readonly named: (output: string) => Promise<string>;
  readonly toolIndex: boolean;
}

/** @throws Failure for a gateway that cannot be read */
export async function findPlace(values: PlaceValues): Promise<Place> {
  return values.local === true ? local(values) : deployed(values);
}

function local({ port }: PlaceValues): Place {
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

async function deployed({ table, stack }: PlaceValues): Promise<Place> {
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
