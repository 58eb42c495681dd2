import { ask, askForm, formAnswer } from '../../shared/features/ask.ts';
import { content, text } from '../../shared/features/content.ts';
import { definePrompt, said } from '../../shared/prompts/define-prompt.ts';
import type { Registry } from '../../shared/registry/index.ts';
import { defineResource, defineResourceTemplate } from '../../shared/resources/define-resource.ts';
import { defineTool, ToolError } from '../../shared/tools/define-tool.ts';
import { goodClaims } from '../support/config.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { type Outcome, outcomeOf, type Server } from './exchange.ts';
import { described, FORM, HEADER_INPUT, INPUT, MEMO, NOTE, OUTPUT, REFUSAL, suggest } from './features.ts';

const { annotations: _forTools, ...plain } = described;

const registry: Registry = {
  backends: {},
  tools: [
    defineTool({ ...described, name: 'echo', scopes: [], input: INPUT, output: OUTPUT, run: (given) => given }),
    defineTool({
      ...described,
      name: 'refuse',
      scopes: [],
      input: INPUT,
      run: () => {
        throw new ToolError(REFUSAL);
      },
    }),
    defineTool({
      ...described,
      name: 'report',
      scopes: [],
      input: INPUT,
      run: (_given, { progress, notify }) => {
        progress(1, 2);
        notify('info', 'half');
        return content(text('done'));
      },
    }),
    defineTool({
      ...described,
      name: 'confirm',
      scopes: [],
      input: INPUT,
      run: async (_given, context) => {
        const { action } = await formAnswer(context, 'sure', FORM);
        return action === 'unanswered' ? ask({ sure: askForm('Sure?', FORM) }) : content(text(action));
      },
    }),
    defineTool({
      ...described,
      name: 'route',
      scopes: [],
      input: HEADER_INPUT,
      run: ({ region = 'none' }) => content(text(region)),
    }),
  ],
  prompts: [
    definePrompt({
      ...plain,
      name: 'greet',
      scopes: [],
      arguments: { who: { description: 'W', required: true, complete: suggest } },
      get: ({ who }) => [said('user', `Hello ${who}`)],
    }),
  ],
  resources: [
    defineResource({ ...plain, ...MEMO, scopes: [], read: () => MEMO.text }),
    defineResourceTemplate({ ...plain, ...NOTE, scopes: [], complete: { id: suggest }, read: () => NOTE.text }),
  ],
};

/** This project's handler, signed in. */
export async function ourServer(database: TestDatabase): Promise<Server> {
  const gateway = createTestGateway(database, { registry });
  const authorization = `Bearer ${await gateway.token(goodClaims(gateway.time.now))}`;
  return async ({ method, headers, body }): Promise<Outcome> => {
    gateway.lines.length = 0;
    const more = method === 'GET' ? {} : { body };
    const answer = await gateway.send({ method, headers: { 'content-type': '', ...headers, authorization }, ...more });
    const type = answer.headers['content-type'];
    const messages = type === 'text/event-stream' ? (answer.body as readonly unknown[]) : [answer.body];
    return outcomeOf(answer.status, type, answer.body === undefined ? [] : messages);
  };
}
