import type { Target } from '../../shared/mcp/dispatch.ts';
import type { Invocation, Step } from './chain.ts';

/** The place of limits, policy and approval: between the decision and the intent. It allows everything for now. */
export const govern: Step<Invocation & { readonly target: Target }, object> = { name: 'govern' };
