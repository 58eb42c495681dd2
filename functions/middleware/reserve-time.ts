import type { Clock } from '../../shared/core/clock.ts';
import { GatewayError } from '../../shared/core/errors.ts';
import type { Invocation, Step } from './chain.ts';
import type { RequestContext } from './request-context.ts';

/** With less than this before the deadline nothing is started: it could be neither finished nor told. */
export const LATEST_START_MS = 500;

/**
 * Used before the user store and again before the intent, since signing keys and user store may have used the time up.
 * Better a refusal that may be repeated than an effect that is cut off before its record.
 */
export function reserveTime(clock: Clock): Step<Invocation & RequestContext, object> {
  return {
    name: 'reserveTime',
    before: ({ deadline }) => {
      if (deadline - clock() < LATEST_START_MS) throw new GatewayError('DEADLINE_TOO_CLOSE', { reason: 'time_left' });
      return {};
    },
  };
}
