import dynalite from 'dynalite';
import { close } from '../../cli/dev/network.ts';
import { type RunningEngine, startDynamoDbLocal } from './dynamodb-local.ts';
import { listenAnywhere } from './listen.ts';

/** A database engine, and where engines differ: stated, so that no test is left out on one of them. */
export interface Engine {
  readonly name: string;
  readonly start: () => Promise<RunningEngine>;
  /** Whether a failed condition answers with the item that was there, as DynamoDB does. */
  readonly returnsOldItem: boolean;
  /** Write units counted for a record of under 1 KB that is in so many indexes. DynamoDB counts each index. */
  readonly writeUnits: (indexes: number) => number;
}

export const DYNALITE: Engine = {
  name: 'dynalite',
  start: async () => {
    const server = dynalite({ createTableMs: 0 });
    const port = await listenAnywhere(server);
    return { endpoint: `http://127.0.0.1:${port}`, stop: () => close(server) };
  },
  returnsOldItem: false,
  writeUnits: () => 1,
};

/** Needs Java. */
export const DYNAMODB_LOCAL: Engine = {
  name: 'DynamoDB Local',
  start: startDynamoDbLocal,
  returnsOldItem: true,
  writeUnits: (indexes) => 1 + indexes,
};
