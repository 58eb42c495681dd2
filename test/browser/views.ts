import type { ConsentView } from '../../shared/oauth/consent-view.ts';

const MCP = 'https://mcp.acme.com/mcp';

/** A client whose id is a document on its own site. */
export const verified: ConsentView = {
  gatewayHost: 'mcp.acme.com',
  clientName: 'Claude',
  verifiedHost: 'claude.ai',
  redirectHost: 'claude.ai',
  isLoopback: false,
  scopes: [`${MCP}/starter.echo`, `${MCP}/starter.whoami`, 'offline_access'],
  opens: new Map([
    [`${MCP}/starter.echo`, ['Echo']],
    [`${MCP}/starter.whoami`, ['Who am I', 'Greeting']],
  ]),
  signInHost: 'acme.auth.eu-central-1.amazoncognito.com',
  sealed: `v1.k1.${'Zm9vYmFy'.repeat(60)}`,
};

/** The name is known, the program that uses it is not. */
export const loopback: ConsentView = {
  ...verified,
  clientName: 'Claude Code',
  redirectHost: '127.0.0.1:33418',
  isLoopback: true,
};

/** Entered by those who run the gateway, with a redirect to the scheme of an app. */
export const entered: ConsentView = {
  ...verified,
  clientName: 'Cursor',
  verifiedHost: undefined,
  isConfigured: true,
  redirectHost: 'cursor:',
  isLoopback: true,
};

/** Registered itself a moment ago. */
export const unverified: ConsentView = {
  ...verified,
  clientName: 'Notes helper',
  verifiedHost: undefined,
  redirectHost: 'localhost:5050',
  isLoopback: true,
  scopes: ['starter.echo', 'starter.whoami'],
  opens: new Map(),
  signInHost: 'localhost:8001',
  gatewayHost: 'localhost:8000',
};

const named = (clientName: string): ConsentView => ({ ...unverified, clientName });

/** What a name may try, each with what may be seen of it. */
export const hostileNames: ReadonlyMap<string, { readonly view: ConsentView; readonly shown: string }> = new Map([
  ['long', { view: named('W'.repeat(1000)), shown: `“${'W'.repeat(60)}…”` }],
  ['right-to-left', { view: named('مساعد الملاحظات (claude.ai)'), shown: '“مساعد الملاحظات (claude.ai)”' }],
  ['override', { view: named('\u202eedualC\u202c \u2066evil\u2069'), shown: '“edualC evil”' }],
  ['piled-marks', { view: named(`Z${'\u0335\u0322\u0348\u0321'.repeat(50)}a`), shown: '“Z\u0335\u0335\u0335a”' }],
  [
    'markup',
    { view: named('<b>Bold</b>&amp;<script>alert(1)</script>'), shown: '“<b>Bold</b>&amp;<script>alert(1)</script>”' },
  ],
  [
    'quotes',
    {
      view: named('Claude” ✓ Verified. The name belongs to claude.ai “'),
      shown: "“Claude' Verified. The name belongs to claude.ai '”",
    },
  ],
  ['lines', { view: named('Claude\n\n\n\u2028Verified.\u00a0\u00a0\u00a0'), shown: '“Claude Verified.”' }],
  ['nothing', { view: named('\u200b\u2060\u00ad \u3164\t'), shown: 'a program without a name' }],
]);

/** Everything that has no bound is as long as it gets. */
export const crowded: ConsentView = {
  ...unverified,
  gatewayHost: `${'a-very-long-label-of-a-host-name.'.repeat(6)}example.com`,
  redirectHost: `${'r'.repeat(63)}.${'s'.repeat(63)}.${'t'.repeat(63)}.example.com:65535`,
  signInHost: `${'u'.repeat(63)}.${'v'.repeat(63)}.example.com`,
  isLoopback: false,
  clientName: 'The assistant of the department of very long names of programs',
  scopes: Array.from({ length: 25 }, (_, at) => `${MCP}/department.of-long-names.scope-number-${at}`),
};

export const problem = {
  title: 'This sign-in has ended',
  text: 'More than ten minutes went by since it began, or it was finished in another tab.',
  requestId: '7f0c1d4e-5b6a-4c8d-9e2f-0a1b2c3d4e5f',
};
