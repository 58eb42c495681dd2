import { describe, expect, test } from '@jest/globals';
import { redirectUriProblem } from '../../../shared/core/redirect-uri.ts';

describe('a code may go to', () => {
  test.each([
    'https://claude.ai/api/mcp/auth_callback',
    'https://agent.acme.com',
    'https://agent.acme.com:8443/cb?tenant=1',
    'http://127.0.0.1/callback',
    'http://localhost:6274/oauth/callback',
    'http://[::1]:5050/cb',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'vscode-insiders://acme.agent/cb',
    'com.acme.agent:/oauth2redirect',
  ])('%s', (uri) => {
    expect(redirectUriProblem(uri)).toBeUndefined();
  });
});

const SCHEMES = 'claude, cursor, kiro, vscode, vscode-insiders, windsurf, zed, and names with a dot';

describe('a code may not go to', () => {
  test.each([
    ['/callback', 'is no absolute URL'],
    ['http://agent.acme.com/cb', 'must be https, or http to a loopback address'],
    ['http://127.0.0.1.evil.example/cb', 'must be https, or http to a loopback address'],
    ['http://localhost@evil.example/cb', 'must be https, or http to a loopback address'],
    ['http://0.0.0.0/cb', 'must be https, or http to a loopback address'],
    ['javascript:alert(1)', `has the scheme javascript: known are ${SCHEMES}`],
    ['data:text/html,x', `has the scheme data: known are ${SCHEMES}`],
    ['file:///etc/passwd', `has the scheme file: known are ${SCHEMES}`],
    ['blob:https://a.example/1', `has the scheme blob: known are ${SCHEMES}`],
    ['intent://x', `has the scheme intent: known are ${SCHEMES}`],
    ['https://claude.ai@evil.example/cb', 'must have no user name in it'],
    ['https://:secret@a.example/cb', 'must have no user name in it'],
    ['https://a.example/cb#x', 'must have no fragment'],
    ['https://a.example/cb#', 'must have no fragment'],
    ['https://*.acme.com/cb', 'must be one address: there are no wildcards'],
    ['https://a.example/*', 'must be one address: there are no wildcards'],
    ['https://A.example/cb', 'must be written as https://a.example/cb'],
    ['https://a.example:443/cb', 'must be written as https://a.example/cb'],
    ['https://a.example/x/../cb', 'must be written as https://a.example/cb'],
    ['https://a.example/x/%2e%2e/cb', 'must be written as https://a.example/cb'],
    ['https:\\\\a.example\\cb', 'must be written as https://a.example/cb'],
    [' https://a.example/cb', 'must be written as https://a.example/cb'],
    ['HTTPS://a.example/cb', 'must be written as https://a.example/cb'],
    ['http://127.1/cb', 'must be written as http://127.0.0.1/cb'],
  ])('%j', (uri, problem) => {
    expect(redirectUriProblem(uri)).toBe(problem);
  });
});
