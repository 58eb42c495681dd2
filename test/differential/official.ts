import { randomBytes } from 'node:crypto';
import {
  acceptedContent,
  completable,
  createMcpHandler,
  createRequestStateCodec,
  inputRequired,
  McpServer,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { messagesOf } from '../support/event-stream.ts';
import { outcomeOf, type Server } from './exchange.ts';
import { described, FORM, HEADER_INPUT, INPUT, MEMO, NOTE, OUTPUT, REFUSAL, suggest } from './features.ts';

const states = createRequestStateCodec({ key: randomBytes(32) });
const say = (words: string) => ({ content: [{ type: 'text' as const, text: words }] });

/** The official SDK's server in its default configuration, with the same features as ours. */
export function officialServer(): Server {
  const handler = createMcpHandler(({ era }) => createServer(era));
  return async ({ method, headers, body }) => {
    // Bytes, because a text body would get a content type of its own.
    const more = method === 'GET' ? {} : { body: Buffer.from(body) };
    const response = await handler.fetch(new Request('http://localhost/mcp', { method, headers, ...more }));
    const type = response.headers.get('content-type') ?? undefined;
    const text = await response.text();
    const messages = text === '' ? [] : type === 'text/event-stream' ? messagesOf(text) : [JSON.parse(text) as unknown];
    return outcomeOf(response.status, type, messages);
  };
}

type Era = 'modern' | 'legacy';

function createServer(era: Era): McpServer {
  const server = new McpServer(
    { name: 'gatehouse', version: '0.0.0' },
    {
      instructions: 'I',
      capabilities: {
        tools: { listChanged: false },
        prompts: { listChanged: false },
        resources: { listChanged: false },
        completions: {},
        // Before 2026-07-28 the level of messages belongs to a session.
        ...(era === 'modern' ? { logging: {} } : {}),
      },
      // The other one would wait for an answer of a client that is not there.
      inputRequired: { legacyShim: false },
      requestState: { verify: states.verify },
    },
  );
  addTools(server, era);
  server.registerPrompt(
    'greet',
    { title: 'T', description: 'D', argsSchema: z.strictObject({ who: completable(z.string(), suggest) }) },
    ({ who }) => ({ description: 'D', messages: [{ role: 'user', content: { type: 'text', text: `Hello ${who}` } }] }),
  );
  const { annotations: _forTools, ...plain } = described;
  server.registerResource(MEMO.name, MEMO.uri, { ...plain, mimeType: MEMO.mimeType }, (uri) => ({
    contents: [{ uri: uri.href, mimeType: MEMO.mimeType, text: MEMO.text }],
  }));
  const template = new ResourceTemplate(NOTE.uriTemplate, { list: undefined, complete: { id: suggest } });
  server.registerResource(NOTE.name, template, { ...plain, mimeType: NOTE.mimeType }, (uri) => ({
    contents: [{ uri: uri.href, mimeType: NOTE.mimeType, text: NOTE.text }],
  }));
  return server;
}

function addTools(server: McpServer, era: Era): void {
  server.registerTool('echo', { ...described, inputSchema: INPUT, outputSchema: OUTPUT }, (given) => ({
    ...say(JSON.stringify(given)),
    structuredContent: given,
  }));
  server.registerTool('refuse', { ...described, inputSchema: INPUT }, () => {
    throw new Error(REFUSAL);
  });
  server.registerTool('report', { ...described, inputSchema: INPUT }, async (_given, { mcpReq }) => {
    const { progressToken } = mcpReq._meta ?? {};
    if (progressToken !== undefined) {
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 2 } });
    }
    if (era === 'modern') await mcpReq.log('info', 'half');
    return say('done');
  });
  server.registerTool('confirm', { ...described, inputSchema: INPUT }, (_given, { mcpReq }) => {
    if (acceptedContent(mcpReq.inputResponses, 'sure', FORM) !== undefined) return say('accept');
    return inputRequired({
      inputRequests: { sure: inputRequired.elicit({ message: 'Sure?', requestedSchema: FORM }) },
    });
  });
  server.registerTool('route', { ...described, inputSchema: HEADER_INPUT }, ({ region = 'none' }) => say(region));
}
