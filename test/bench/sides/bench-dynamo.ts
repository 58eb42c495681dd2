import { createDynamo, type Dynamo } from '../../../shared/aws/dynamodb.ts';
import { KNOWN_USER, memoryDynamo } from './memory-dynamo.ts';

export { KNOWN_USER };

const { AUDIT_TABLE: audit = 'audit', STATE_TABLE: state = 'state' } = process.env;
export const TABLES = { audit, state };

/** In memory, or with GATEHOUSE_BENCH_STORE=engine the engine of the environment, which counts units. */
export const benchDynamo: Dynamo = process.env['GATEHOUSE_BENCH_STORE'] === 'engine' ? createDynamo() : memoryDynamo;
