import { expect, test } from '@jest/globals';
import { scopeWords } from '../../../functions/oauth/scope-words.ts';

test.each<readonly [string, readonly string[], string]>([
  ['mcp/starter.echo', [], 'Use starter.echo'],
  ['https://mcp.acme.com/mcp/starter.echo', [], 'Use starter.echo'],
  ['api://0d4f/starter.whoami', ['Who am I', 'Greeting'], 'Use Who am I, Greeting'],
  ['offline_access', [], 'Stay connected later, without asking you to sign in each time'],
  ['openid', [], 'See which account is yours'],
  ['https://mcp.acme.com/mcp/openid', [], 'Use openid'],
  ['mcp/constructor', [], 'Use constructor'],
])('%s with %j is told as: %s', (wireName, opens, words) => {
  expect(scopeWords(wireName, opens)).toEqual({ words, wireName });
});

test.each(['starter.echo', 'constructor', 'ends-with-a-slash/'])('%s alone is not told twice', (wireName) => {
  expect(scopeWords(wireName)).toEqual({ words: `Use ${wireName}`, wireName: undefined });
});
