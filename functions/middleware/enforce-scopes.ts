import { GatewayError } from '../../shared/core/errors.ts';
import type { Account, Principal } from '../../shared/core/principal.ts';
import type { Dispatcher, Target } from '../../shared/mcp/dispatch.ts';
import type { Message } from '../../shared/protocol/read-message.ts';
import type { Invocation, Step } from './chain.ts';

type Needs = Invocation & { readonly message: Message; readonly principal: Principal; readonly account: Account };

/** Finds what the message acts on and decides: allow, step-up (403 with a challenge), or unknown. */
export function enforceScopes(dispatcher: Dispatcher): Step<Needs, { readonly target: Target }> {
  return {
    name: 'enforceScopes',
    before: ({ message, principal, account }) => {
      const target = dispatcher.target(message, principal, account);
      if (target.kind === 'call' && target.decision.kind === 'step-up') {
        throw new GatewayError('INSUFFICIENT_SCOPE', { reason: 'scope_missing', needed: target.decision.needed });
      }
      return { target };
    },
  };
}
