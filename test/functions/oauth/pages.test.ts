import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { consentPage, errorPage } from '../../../functions/oauth/pages.ts';
import { STYLES } from '../../../functions/oauth/styles.ts';
import type { ConsentView } from '../../../shared/oauth/consent-view.ts';

const VIEW: ConsentView = {
  gatewayHost: 'mcp.acme.com',
  clientName: 'Claude',
  verifiedHost: 'claude.ai',
  redirectHost: 'claude.com',
  isLoopback: false,
  scopes: ['mcp/starter.echo', 'starter.whoami'],
  opens: new Map([['mcp/starter.echo', ['Echo']]]),
  signInHost: 'login.acme.com',
  sealed: 'v1.k1.c2VhbGVk',
};

/** Without the style sheet, tags and space taken off: what is read from top to bottom. */
function textOf(page: string): string {
  const body = page.slice(page.indexOf('<body>'));
  return body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The tags in their order, with their attributes. */
const tagsOf = (page: string) => page.replace(STYLES, '').match(/<[^>]*>/g) ?? [];

describe('the consent page', () => {
  test('names the client, who vouches for it, where access goes, what it opens, where to sign in, and what comes next', () => {
    expect(textOf(consentPage(VIEW, 'n'))).toBe(
      [
        'mcp.acme.com',
        'Let “ Claude ” use mcp.acme.com?',
        'Verified. The name belongs to claude.ai .',
        'Access goes to claude.com You sign in at login.acme.com',
        'What it could do In your name, with the rights of your account:',
        'Use Echo mcp/starter.echo Use starter.whoami',
        'What happens next',
        'Deny: nothing is shared. You go back to claude.com , which is told that you said no.',
        'Allow: you sign in first. Then you go back to claude.com , which gets the access and may renew it later.',
        'Another account? If you are still signed in at login.acme.com , that account may be used without a question.',
        'To choose another one, sign out there first.',
        'Deny Allow',
        'This page belongs to mcp.acme.com. It never asks for a password.',
      ].join(' '),
    );
  });

  test.each<readonly [string, Partial<ConsentView>, string]>([
    [
      'a name that nobody vouches for',
      { verifiedHost: undefined },
      'Not verified. The program chose this name itself, and nobody has checked it. Allow it only if you know the program and have just started this yourself. Access goes to claude.com You',
    ],
    [
      'a known name that any local program can use',
      { isLoopback: true, redirectHost: '127.0.0.1:33418' },
      'Name verified, program not. The name belongs to claude.ai , but any program on this computer can use it. Allow it only if you have just started this yourself. Access goes to a program on this computer (127.0.0.1:33418) You',
    ],
    [
      'a local program that nobody vouches for',
      { verifiedHost: undefined, isLoopback: true, redirectHost: 'localhost:5050' },
      'Not verified. The program chose this name itself, and nobody has checked it. Allow it only if you know the program and have just started this yourself. Access goes to a program on this computer (localhost:5050) You',
    ],
    [
      'a name that those who run the gateway entered',
      { verifiedHost: undefined, isConfigured: true },
      'Verified. The name was entered by those who run mcp.acme.com . Access goes to claude.com You',
    ],
    [
      'such a name with a domain that they gave it',
      { isConfigured: true },
      'Verified. The name was entered by those who run mcp.acme.com as that of claude.ai . Access goes to claude.com You',
    ],
    [
      'such a name that any local program can use',
      { verifiedHost: undefined, isConfigured: true, isLoopback: true, redirectHost: 'cursor:' },
      'Name verified, program not. The name was entered by those who run mcp.acme.com , but any program on this computer can use it. Allow it only if you have just started this yourself. Access goes to a program on this computer (cursor:) You',
    ],
  ])('%s is told as such', (_what, change, told) => {
    const text = textOf(consentPage({ ...VIEW, ...change }, 'n'));
    expect(text.slice(text.indexOf('?') + 2, text.indexOf(' sign in at'))).toBe(told);
  });

  test('sends the seal and one of two answers, deny first, and has nothing else to fill in', () => {
    const page = consentPage(VIEW, 'n');
    expect(page.slice(page.indexOf('<form'), page.indexOf('</form>')).split('\n')).toEqual([
      '<form method="post" action="/oauth/consent" autocomplete="off">',
      '<input type="hidden" name="consent" value="v1.k1.c2VhbGVk">',
      '<button name="decision" value="deny" class="deny">Deny</button>',
      '<button name="decision" value="approve" class="approve">Allow</button>',
      '',
    ]);
  });

  test('has no text of the client in its title', () => {
    expect(/<title>(.*)<\/title>/.exec(consentPage({ ...VIEW, clientName: 'Bank' }, 'n'))?.[1]).toBe(
      'Allow access to mcp.acme.com?',
    );
  });

  test('a client without a name that can be shown is called just that', () => {
    expect(textOf(consentPage({ ...VIEW, clientName: '\u202e' }, 'n'))).toContain(
      'Let a program without a name use mcp.acme.com?',
    );
  });
});

describe('the error page', () => {
  test('says what happened, what to do, and the number to ask with', () => {
    const page = errorPage({ title: 'Sign-in ended', text: 'It took too long.', requestId: 'r-1' }, 'n');
    expect(textOf(page)).toBe(
      [
        'Sign-in ended It took too long.',
        'You can close this page. To try again, start the sign-in once more in the program that you came from.',
        'If you ask for help, give this number: r-1',
        'This step gave no access to anybody.',
      ].join(' '),
    );
  });
});

const PAGES = [consentPage(VIEW, 'n'), errorPage({ title: 't', text: 'x', requestId: 'r' }, 'n')];

test.each(PAGES)(
  'page %# has one style element with the nonce, and no script, style attribute, event or address',
  (page) => {
    expect(page.match(/<style[^>]*>/g)).toEqual(['<style nonce="n">']);
    expect(page.startsWith('<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">')).toBe(true);
    expect(
      tagsOf(page).filter((tag) => /<(script|img|link|iframe|object|base)|\s(style|on\w+|src|href)=/i.test(tag)),
    ).toEqual([]);
  },
);

test('the style sheet fetches nothing and cannot end its element', () => {
  expect(STYLES).not.toMatch(/url\(|@import|<|image-set|expression/i);
});

const hostile = fc.oneof(
  fc.string({
    unit: fc.constantFrom('<', '>', '&', '"', "'", '/', '=', ' ', 'a', '\n', '\u202e', '\u0000'),
    maxLength: 80,
  }),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.constantFrom('</style><script>', '"><img src=x onerror=1>', "' autofocus onfocus='1", '--></title>', '{{7*7}}'),
);

/** Markup is ours alone: the tags are those of a harmless page, and between them is no character of markup. */
function expectSameMarkup(page: string, harmless: string, own: ReadonlyMap<string, string>): void {
  const marked = [...tagsOf(page)].map((tag) => tag.replace(/(nonce|name="consent" value)="[^"]*"/, '$1=""'));
  const expected = [...tagsOf(harmless)].map((tag) => tag.replace(/(nonce|name="consent" value)="[^"]*"/, '$1=""'));
  expect(marked).toEqual(expected);
  for (const [name, value] of own) expect(page).toContain(`${name}="${value}"`);
  for (const text of page.replace(STYLES, '').split(/<[^>]*>/))
    expect(text).toMatch(/^(?:[^<>&"']|&(?:amp|lt|gt|quot|#39);)*$/);
}

const entities = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

test('no field of the consent page can add markup, whatever is in it', () => {
  const views = fc.record({
    gatewayHost: hostile,
    clientName: hostile.map((name) => `x${name}`),
    verifiedHost: hostile,
    redirectHost: hostile,
    isLoopback: fc.boolean(),
    scopes: fc.array(
      hostile.map((scope) => `a/${scope}`),
      { maxLength: 3 },
    ),
    signInHost: hostile,
    sealed: hostile,
  });
  fc.assert(
    fc.property(views, hostile, (view, nonce) => {
      const harmless = { ...VIEW, isLoopback: view.isLoopback, scopes: view.scopes.map(() => 'a/b') };
      const opens = new Map(view.scopes.map((scope) => [scope, [`title ${scope}`]]));
      const own = new Map([
        ['nonce', entities(nonce)],
        ['value', entities(view.sealed)],
      ]);
      expectSameMarkup(consentPage({ ...view, opens }, nonce), consentPage(harmless, 'n'), own);
    }),
  );
});

test('no field of the error page can add markup, whatever is in it', () => {
  fc.assert(
    fc.property(fc.record({ title: hostile, text: hostile, requestId: hostile }), hostile, (problem, nonce) => {
      expectSameMarkup(errorPage(problem, nonce), PAGES[1]!, new Map([['nonce', entities(nonce)]]));
    }),
  );
});
