import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../infra/project.ts';
import { PARAMETERS } from '../../shared/core/parameters.ts';

/** Looked for in the sources themselves: what is not read cannot turn anything off. */
const sourcesOf = (...directories: readonly string[]) =>
  directories.flatMap((directory) =>
    readdirSync(join(projectRoot, directory), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => ({ name, text: readFileSync(join(projectRoot, directory, name), 'utf8') })),
  );

test('the functions read these environment variables and no other', () => {
  const named = sourcesOf('functions', 'shared').flatMap(({ text }) => [
    ...[...text.matchAll(/\benv\.(\w+)/g)].map(([, name = '']) => name),
    ...[...text.matchAll(/process\.env\['(\w+)'\]/g)].map(([, name = '']) => name),
    ...[...text.matchAll(/\b(?:table|required)\('([A-Z]\w+)'\)/g)].map(([, name = '']) => name),
  ]);
  expect([...new Set(named)].sort()).toEqual([
    'ARCHIVE_BUCKET',
    'AUDIENCE',
    'AUDIT_LOG',
    'AUDIT_SIGNING_KEY',
    'AUDIT_TABLE',
    'AUDIT_TOOL_INDEX',
    'AWS_REGION',
    'DEMO_TABLE',
    'EDGE_SECRETS',
    'GATEHOUSE_CONFIG',
    'GATEWAY_URL',
    'IDENTITIES_TABLE',
    'PRE_TOKEN_RULES',
    'RELAY_KEYS_ARN',
    'SEALS_TABLE',
    'STACK_NAME',
    'STATE_TABLE',
    'UPSTREAM_SECRET_ARN',
  ]);
});

test('no parameter turns authentication, audience, audit or origins off', () => {
  const switches = Object.keys(PARAMETERS).filter((name) =>
    /auth|verify|audit|origin|scope|insecure|skip|allow|debug/i.test(name),
  );
  expect(switches.sort()).toEqual([
    'alarmAuthFailures',
    'allowedClientIds',
    'allowedOrigins',
    'auditBreakGlassRoleArn',
    'auditRetentionDays',
    'auditToolIndex',
    'authorizationEndpoint',
    'authorizationServer',
    'debugToken',
    'groupScopes',
    // Asks for one more login, never for one less.
    'relayReauth',
    'scopeClaim',
    'scopePrefix',
    // Which of two ways; there is no third.
    'upstreamClientAuth',
  ]);
});

test('nothing but the bundling starts a process, and nothing runs a text as code', () => {
  const found = sourcesOf('cli', 'functions', 'infra', 'shared').filter(({ text }) =>
    /child_process|\beval\(|new Function\(|node:vm/.test(text),
  );
  // Node itself with arguments of ours, as a list and without a shell.
  expect(found.map(({ name }) => name)).toEqual(['constructs/bundle.ts']);
});
