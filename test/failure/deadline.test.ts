import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OUTCOME_RESERVE_MS, TOOL_BUDGET_MS } from '../../functions/middleware/request-context.ts';
import { LATEST_START_MS } from '../../functions/middleware/reserve-time.ts';
import { synthGateway } from '../../infra/synth.ts';
import { FETCH_LIMITS } from '../../shared/auth/idp-document.ts';
import { DYNAMO_LIMITS } from '../../shared/aws/dynamodb.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { databaseStage } from './database-stage.ts';
import { look } from './observe.ts';

/** API Gateway's for an HTTP API, which nobody can raise. */
const API_GATEWAY_MS = 30_000;
const HOUR = 3_600_000;
/** Whoever forgets the time left waits for these, and the test fails by its own limit. */
const ENDLESS = { attempts: 2, connectMs: HOUR, requestMs: HOUR, totalMs: HOUR };

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

test('the limits are these', () => {
  expect({ DYNAMO_LIMITS, FETCH_LIMITS, TOOL_BUDGET_MS, OUTCOME_RESERVE_MS, LATEST_START_MS }).toEqual({
    DYNAMO_LIMITS: { attempts: 2, connectMs: 200, requestMs: 500, totalMs: 800 },
    FETCH_LIMITS: { timeoutMs: 1500, maxBytes: 65_536 },
    TOOL_BUDGET_MS: 24_000,
    OUTCOME_RESERVE_MS: 2000,
    LATEST_START_MS: 500,
  });
});

test('a call ends, outcome and all, before the function does, and the function before API Gateway gives up', () => {
  const context = { environment: 'dev', idp: 'oidc', issuer: 'https://a.example', publicUrl: 'https://b.example' };
  const { template } = synthGateway({ context, bundling: false });
  const functions = Object.values(template.Resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::Function' && JSON.stringify(Properties).includes('GATEHOUSE_CONFIG'),
  );
  const timeouts = functions.map(({ Properties }) => Number(Properties?.['Timeout']) * 1000);
  const longest = TOOL_BUDGET_MS + DYNAMO_LIMITS.totalMs;
  expect({
    outcomeFitsItsReserve: DYNAMO_LIMITS.totalMs < OUTCOME_RESERVE_MS,
    callFitsTheFunction: timeouts.every((timeout) => longest < timeout),
    functionFitsTheApi: timeouts.every((timeout) => timeout < API_GATEWAY_MS),
    functions: timeouts.length,
  }).toEqual({ outcomeFitsItsReserve: true, callFitsTheFunction: true, functionFitsTheApi: true, functions: 3 });
});

describe('with a second left, a database that hangs for an hour ends', () => {
  test.each([
    ['link read', 'IDENTITY_UNAVAILABLE', 0, []],
    ['link write', 'IDENTITY_UNAVAILABLE', 0, []],
    ['user read', 'IDENTITY_UNAVAILABLE', 0, []],
    ['user write', 'IDENTITY_UNAVAILABLE', 0, []],
    ['intent', 'AUDIT_UNAVAILABLE', 0, []],
    ['store read', 'TOOL_TIMEOUT', 1, ['error']],
    ['key read', 'STATE_UNAVAILABLE', 1, ['error']],
    ['key write', 'STATE_UNAVAILABLE', 1, ['error']],
    ['mark write', 'STATE_UNAVAILABLE', 0, ['error']],
  ] as const)('the %s', async (place, code, runs, recorded) => {
    const { stage, close } = await databaseStage(database, { place, fault: 'hang' }, { limits: ENDLESS });
    const seen = await look({ ...stage, remainingMs: OUTCOME_RESERVE_MS + 1000 });
    await close();
    expect([seen.code, seen.runs, seen.recorded]).toEqual([code, runs, recorded]);
  });
});
