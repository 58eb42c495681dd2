import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { defineTool, ToolError } from '../../shared/tools/define-tool.ts';
import { goodClaims } from '../support/config.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestGateway } from '../support/gateway.ts';
import { type Exchange, type Outcome, outcomeOf } from './exchange.ts';

export type Server = (exchange: Exchange) => Promise<Outcome>;

const INPUT = z.strictObject({ text: z.string().min(1).max(40) });
const OUTPUT = z.strictObject({ text: z.string() });
const ANNOTATIONS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const described = { title: 'T', description: 'D', annotations: ANNOTATIONS };

/** The same tools in both servers: one that answers, one whose work fails. */
const RUNS = {
  echo: ({ text }: { readonly text: string }) => ({ text }),
  refuse: (): never => {
    throw new ToolError('not today');
  },
};

/** This project's handler, signed in. */
export async function ourServer(database: TestDatabase): Promise<Server> {
  const tools = Object.entries(RUNS).map(([name, run]) =>
    defineTool({ ...described, name, scopes: [], input: INPUT, output: OUTPUT, run }),
  );
  const gateway = createTestGateway(database, { tools });
  const authorization = `Bearer ${await gateway.token(goodClaims(gateway.time.now))}`;
  return async ({ method, headers, body }) => {
    gateway.lines.length = 0;
    const more = method === 'GET' ? {} : { body };
    const answer = await gateway.send({ method, headers: { 'content-type': '', ...headers, authorization }, ...more });
    return outcomeOf(
      answer.status,
      answer.headers['content-type'],
      answer.body === undefined ? '' : JSON.stringify(answer.body),
    );
  };
}

/** The official SDK's, in its default configuration, with the same tools. */
export function officialServer(): Server {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'gatehouse', version: '0.0.0' }, { instructions: 'I' });
    for (const [name, run] of Object.entries(RUNS)) {
      server.registerTool(name, { ...described, inputSchema: INPUT, outputSchema: OUTPUT }, (input) => {
        const data = run(input);
        return { content: [{ type: 'text', text: JSON.stringify(data) }], structuredContent: data };
      });
    }
    return server;
  });
  return async ({ method, headers, body }) => {
    // Bytes, because a text body would get a content type of its own.
    const more = method === 'GET' ? {} : { body: Buffer.from(body) };
    const response = await handler.fetch(new Request('http://localhost/mcp', { method, headers, ...more }));
    return outcomeOf(response.status, response.headers.get('content-type') ?? undefined, await response.text());
  };
}
