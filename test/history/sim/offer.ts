import { z } from 'zod';
import { ask as askClient, askForm } from '../../../shared/features/ask.ts';
import { definePrompt, said } from '../../../shared/prompts/define-prompt.ts';
import type { Registry } from '../../../shared/registry/index.ts';
import { defineBackendTool } from '../../../shared/tools/define-backend-tool.ts';
import { defineTool, type Tool, type ToolContext, ToolError } from '../../../shared/tools/define-tool.ts';
import { ask, type Instance, type World } from './world.ts';

const SCOPE = 'starter.echo';
const number = z.strictObject({ n: z.int() });
const form = z.object({ sure: z.boolean() });

/** The other side does it, or does not: the one place where a simulated tool has its effect. */
export type Act = (tool: string, context: Pick<ToolContext, 'uid' | 'idempotencyKey'>) => Promise<void>;

export function createAct(world: World, instance: Instance): Act {
  return async (tool, { uid, idempotencyKey: key }) => {
    const { name: by, worksMs } = instance.actor;
    const carryOut = () => void world.effects.push({ order: world.tick(), by, tool, uid, key });
    const reply = await ask(world, instance, { at: 'effect', what: `EFFECT ${tool}`, worksMs, carryOut });
    if (reply.kind === 'answer') return;
    const hadNoEffect = reply.kind !== 'reset';
    throw new ToolError(`The other side ${reply.kind}.`, { hadNoEffect });
  };
}

/** What one instance offers: tools of every kind that the trail tells apart. */
export function createOffer(act: Act): Registry {
  return {
    tools: toolsOf(act),
    prompts: [greet],
    resources: [],
    backends: { demo: { title: 'the ledger', auth: { mode: 'none' } } },
  };
}

const effect = { annotations: { readOnlyHint: false }, input: number, output: number } as const;
const reads = { annotations: { readOnlyHint: true }, input: number, output: number } as const;
const named = (name: string) => ({ name, title: name, description: name, scopes: [SCOPE] });

function toolsOf(act: Act): Tool[] {
  const acting = (name: string) => async (input: { n: number }, context: ToolContext) => {
    await act(name, context);
    return input;
  };
  return [
    defineTool({ ...named('pay'), ...effect, run: acting('pay') }),
    defineTool({
      ...named('fail'),
      ...effect,
      run: async (_input, context) => {
        await act('fail', context);
        throw new ToolError('It did not go well.');
      },
    }),
    defineTool({ ...named('order'), ...effect, idempotency: { by: 'key' }, run: acting('order') }),
    defineTool({ ...named('book'), ...effect, idempotency: { by: 'arguments' }, run: acting('book') }),
    defineTool({ ...named('vault'), ...effect, roles: ['keeper'], run: acting('vault') }),
    defineTool({ ...named('wire'), ...effect, scopes: ['starter.wire'], run: acting('wire') }),
    defineTool({ ...named('look'), ...reads, run: acting('look') }),
    defineTool({ ...named('peek'), ...reads, audit: { mode: 'available' }, run: acting('peek') }),
    defineTool({ ...named('question'), ...effect, run: () => askClient({ sure: askForm('Sure?', form) }) }),
    defineBackendTool({ ...named('forward'), ...effect, backend: 'demo', request: { method: 'POST', path: '/acts' } }),
  ];
}

const greet = definePrompt({
  name: 'greet',
  title: 'greet',
  description: 'greet',
  scopes: [SCOPE],
  arguments: {},
  get: () => [said('user', 'Hello')],
});
