import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

const USER_AGENT = 'gatehouse';

/** The SDK composes, escapes and signs its own name anew for every request: a twentieth of its price (docs/adr/0011). */
export function nameUserAgentOnce({ middlewareStack }: DynamoDBClient): void {
  middlewareStack.remove('getUserAgentMiddleware');
  middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { readonly headers: Record<string, string> };
      headers['user-agent'] = USER_AGENT;
      return next(args);
    },
    { step: 'build', name: 'nameUserAgentOnce' },
  );
}
