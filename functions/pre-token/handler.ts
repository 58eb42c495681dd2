import { z } from 'zod';
import type { Log } from '../../shared/core/logger.ts';

/** What the trigger is told: the prefix of our scopes at Cognito, and the scopes of each group, without it. */
const rulesSchema = z.strictObject({
  scopePrefix: z.string().min(1),
  groups: z.array(z.strictObject({ group: z.string().min(1), scopes: z.array(z.string().min(1)) })),
});

/**
 * Version 2 is for people, version 3 for apps as well. Version 1 tells no scopes, so nothing could be taken away.
 * What else is in an event stays in it.
 */
const eventSchema = z.looseObject({
  version: z.enum(['2', '3']),
  triggerSource: z.string(),
  request: z.looseObject({
    scopes: z.array(z.string()),
    groupConfiguration: z
      .looseObject({
        groupsToOverride: z.array(z.string()).nullish(),
        iamRolesToOverride: z.array(z.string()).nullish(),
        preferredRole: z.string().nullish(),
      })
      .nullish(),
  }),
});

type TokenEvent = z.infer<typeof eventSchema>;

export interface PreTokenEnvironment {
  readonly PRE_TOKEN_RULES?: string | undefined;
}

/**
 * Cognito's pre-token-generation trigger: takes away the scopes of this gateway that no group of the user allows, at
 * sign-in and at each refresh. It adds nothing: what a client did not ask for, nobody agreed to. A throw ends the
 * sign-in without a token.
 */
export function createHandler(env: PreTokenEnvironment, log: Log): (event: unknown) => Promise<unknown> {
  if (!env.PRE_TOKEN_RULES) throw new Error('PRE_TOKEN_RULES is not set');
  const { scopePrefix, groups } = rulesSchema.parse(JSON.parse(env.PRE_TOKEN_RULES));
  const wire = new Map(groups.map(({ group, scopes }) => [group, scopes.map((scope) => scopePrefix + scope)]));
  return async (input) => {
    const event = readEvent(input, log);
    const ours = event.request.scopes.filter((scope) => scope.startsWith(scopePrefix));
    // Another client of the pool, with scopes of others: nothing of ours.
    if (ours.length === 0) return input;
    const memberOf = event.request.groupConfiguration?.groupsToOverride ?? [];
    const entitled = new Set(memberOf.flatMap((group) => wire.get(group) ?? []));
    const suppressed = ours.filter((scope) => !entitled.has(scope));
    log.info('pre-token', {
      trigger: event.triggerSource,
      granted: ours.length - suppressed.length,
      suppressed: suppressed.length,
    });
    return { ...event, response: { ...narrow(suppressed, event) } };
  };
}

function readEvent(input: unknown, log: Log): TokenEvent {
  const parsed = eventSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  // Paths, not values: an event has the attributes of a person.
  const where = parsed.error.issues.map(({ path }) => path.join('.')).join(' ');
  log.error('pre-token-event', { where });
  throw new Error('The event is none of a pre-token trigger of version 2 or 3.');
}

/** The groups are said again, because Cognito takes an answer without them for one that has none. */
function narrow(scopesToSuppress: readonly string[], { request }: TokenEvent): object {
  const { groupsToOverride, iamRolesToOverride, preferredRole } = request.groupConfiguration ?? {};
  return {
    claimsAndScopeOverrideDetails: {
      accessTokenGeneration: { scopesToSuppress },
      groupOverrideDetails: {
        groupsToOverride: groupsToOverride ?? [],
        iamRolesToOverride: iamRolesToOverride ?? [],
        ...(preferredRole ? { preferredRole } : {}),
      },
    },
  };
}
