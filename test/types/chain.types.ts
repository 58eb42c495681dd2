import { chain, type Invocation, type Step } from '../../functions/middleware/chain.ts';

// Nothing here runs: the assertion is that tsc accepts the right order and refuses the wrong one.
declare const first: Step<Invocation, { readonly token: string }>;
declare const second: Step<Invocation & { readonly token: string }, { readonly uid: string }>;

chain()
  .use(first)
  .use(second)
  .handler((call) => ({ statusCode: 200, body: call.uid }));

const empty = chain();
// @ts-expect-error a step that needs a token cannot come before the step that adds it
empty.use(second);

const withToken = chain().use(first);
// @ts-expect-error the handler cannot read what no step added
withToken.handler((call) => ({ statusCode: 200, body: call.uid }));
