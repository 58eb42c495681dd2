import { randomUUID } from 'node:crypto';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import * as z from 'zod';
import type { HttpEvent, HttpResponse } from '../../../functions/middleware/chain.ts';
import type { Dynamo } from '../../../shared/aws/dynamodb.ts';
import { readFixture } from './fixture.ts';

const { issuer, resource, jwks } = readFixture();
const keys = createLocalJWKSet(jwks as unknown as JSONWebKeySet);
const TOOL = {
  title: 'Echo',
  description: 'Answers with the text it was given. For trying out the connection.',
  inputSchema: z.strictObject({ text: z.string().min(1).max(4000) }),
  outputSchema: z.strictObject({ text: z.string() }),
};

/**
 * The same work by the official parts: the official server, jose, and the same three requests to the store around a
 * call (one get, two puts). It writes no log line, has no Origin check, and hashes no record.
 */
export function createReference(dynamo: Dynamo) {
  const mcp = createMcpHandler(({ authInfo }) => {
    const server = new McpServer({ name: 'reference', version: '1.0.0' });
    server.registerTool('echo', TOOL, async ({ text }) => {
      const record = { pk: randomUUID(), tool: 'echo', client: authInfo?.clientId, at: Date.now() };
      await dynamo.putIfAbsent('audit', { ...record, sk: '0' });
      const answer = { content: [{ type: 'text' as const, text }], structuredContent: { text } };
      await dynamo.putIfAbsent('audit', { ...record, sk: '1', isError: false });
      return answer;
    });
    return server;
  });
  return async (event: HttpEvent): Promise<HttpResponse> => {
    const token = event.headers['authorization']?.slice('Bearer '.length) ?? '';
    const { payload } = await jwtVerify(token, keys, { issuer, audience: resource });
    const user = await dynamo.get('identities', { pk: String(payload.sub), sk: 'USER' });
    if (user?.['status'] !== 'active') return { statusCode: 403 };
    const scopes = String(payload['scope']).split(' ');
    const request = new Request(resource, {
      method: event.requestContext.http.method,
      headers: Object.entries(event.headers).map(([name, value]): [string, string] => [name, value ?? '']),
      ...(event.body === undefined ? {} : { body: event.body }),
    });
    const authInfo = { token, clientId: String(payload['client_id']), scopes };
    const response = await mcp.fetch(request, { authInfo });
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.text(),
    };
  };
}
