import { expect, test } from '@jest/globals';
import type { RequestContext } from '../../functions/middleware/request-context.ts';
import { LATEST_START_MS, reserveTime } from '../../functions/middleware/reserve-time.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import { NOW } from '../support/config.ts';

test.each([
  [LATEST_START_MS, undefined],
  [LATEST_START_MS - 1, 'DEADLINE_TOO_CLOSE'],
  [-1, 'DEADLINE_TOO_CLOSE'],
])('with %p ms before the deadline: %p', (left, code) => {
  const { before } = reserveTime(() => NOW);
  const call = { deadline: NOW + left } as Parameters<NonNullable<typeof before>>[0] & RequestContext;
  let refused: unknown;
  try {
    void before?.(call);
  } catch (error) {
    refused = error;
  }
  expect(refused instanceof GatewayError ? refused.code : refused).toBe(code);
});
