import { createServer } from 'node:http';
import { close } from '../../../cli/dev/network.ts';
import { listenAnywhere } from '../../support/listen.ts';
import type { Check } from '../check.ts';
import type { Page } from '../playwright.ts';
import { allow, answerOf, backAt, headingOf, KNOWN_CLIENT, open, play, type Stage, shoot, signInAs } from './stage.ts';

const CANNOT_GO_ON = 'This sign-in cannot go on';
const TRANSACTION = /^__Host-mcp_tx_/;

const POLICY = "default-src 'none'; style-src 'nonce-*'; frame-ancestors 'none'; base-uri 'none'";
const GUARDS = [
  ['content-security-policy', POLICY],
  ['x-frame-options', 'DENY'],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'same-origin'],
  ['cache-control', 'no-store'],
  ['strict-transport-security', 'max-age=31536000'],
] as const;

const guardsOf = (headers: Readonly<Record<string, string>>) =>
  GUARDS.map(([name]) => headers[name]?.replace(/'nonce-[\w+/]{22}=='/, "'nonce-*'"));

/** What somebody else may try, seen from the victim's browser. */
export function attackChecks(stage: Stage): readonly Check[] {
  const { origin } = stage;
  return [
    errorCheck('an unknown client gets a page, and the browser goes nowhere', async (page) => {
      await page.goto(`${origin}/oauth/authorize?client_id=https%3A%2F%2Fevil.example%2Fclient.json`);
      await shoot(page, 'error-unknown-client');
    }),
    errorCheck('a redirect URI that is not the client’s gets a page, and the browser goes nowhere', async (page) => {
      const query = new URLSearchParams({ client_id: KNOWN_CLIENT, redirect_uri: 'https://evil.example/callback' });
      await page.goto(`${origin}/oauth/authorize?${query}`);
    }),
    {
      name: 'allowed after the cookie is gone: a page, nobody signs in, the client gets nothing',
      look: () =>
        play(stage, async ({ page, client, cookies }) => {
          const program = await client('Helper');
          await open(page, program);
          await cookies.clearCookies({ name: TRANSACTION });
          await allow(page);
          await page.waitForURL(/\/oauth\/consent$/);
          await shoot(page, 'error-cookie-gone');
          return { found: [await headingOf(page), program.answers.length], expected: [CANNOT_GO_ON, 0] };
        }),
    },
    {
      name: 'allowed with the cookie of another browser: a page, the client gets nothing',
      look: () =>
        play(stage, async ({ page, client, cookies }) => {
          const program = await client('Helper');
          await open(page, program);
          const [cookie] = (await cookies.cookies()).filter(({ name }) => TRANSACTION.test(name));
          await cookies.addCookies([{ ...cookie!, value: 'A'.repeat(43) }]);
          await allow(page);
          await page.waitForURL(/\/oauth\/consent$/);
          return { found: [await headingOf(page), program.answers.length], expected: [CANNOT_GO_ON, 0] };
        }),
    },
    {
      name: 'signed in after the cookie is gone: a page, and the client gets no code',
      look: () =>
        play(stage, async ({ page, client, cookies }) => {
          const program = await client('Helper');
          await open(page, program);
          await allow(page);
          await page.waitForURL(/\/login\//);
          await cookies.clearCookies({ name: TRANSACTION });
          await signInAs(page, 'alice');
          await page.waitForURL(/\/oauth\/callback/);
          await shoot(page, 'error-callback');
          return { found: [await headingOf(page), program.answers.length], expected: [CANNOT_GO_ON, 0] };
        }),
    },
    {
      name: 'the cookie is for this host alone, out of reach of scripts, for ten minutes, and goes with the answer',
      look: () =>
        play(stage, async ({ page, client, cookies }) => {
          const ours = async () => (await cookies.cookies()).filter(({ name }) => TRANSACTION.test(name));
          const program = await client('Helper');
          await open(page, program);
          const [{ domain, path, httpOnly, secure, sameSite, expires } = { expires: 0 } as never] = await ours();
          const minutes = Math.round((expires - Date.now() / 1000) / 60);
          await allow(page);
          await signInAs(page, 'alice');
          await backAt(page, program);
          return {
            found: { domain, path, httpOnly, secure, sameSite, minutes, left: (await ours()).length },
            expected: {
              domain: 'localhost',
              path: '/',
              httpOnly: true,
              secure: true,
              sameSite: 'Lax',
              minutes: 10,
              left: 0,
            },
          };
        }),
    },
    {
      name: 'a form of another site with a consent that its owner fetched for himself: a page, no redirect',
      look: () =>
        play(stage, async ({ page, client }) => {
          const program = await client('Evil helper');
          const theirs = await (await fetch(program.authorizationUrl)).text();
          const consent = /name="consent" value="([^"]*)"/.exec(theirs)?.[1] ?? '';
          await withSite(
            `<form method="post" action="${origin}/oauth/consent"><input name="consent" value="${consent}"><button name="decision" value="approve">Win</button></form>`,
            async (url) => {
              await page.goto(url);
              await page.getByRole('button', { name: 'Win' }).click();
              await page.waitForURL(/\/oauth\/consent$/);
            },
          );
          return { found: [await headingOf(page), program.answers.length], expected: [CANNOT_GO_ON, 0] };
        }),
    },
    {
      name: 'the consent page and the error page carry the headers that keep frames, scripts and caches out',
      look: () =>
        play(stage, async ({ page, client }) => {
          const { authorizationUrl } = await client('Helper');
          const answers = [await page.goto(authorizationUrl), await page.goto(`${origin}/oauth/authorize`)];
          return {
            found: answers.map((answer) => [answer?.status(), ...guardsOf(answer?.headers() ?? {})]),
            expected: [200, 400].map((status) => [status, ...GUARDS.map(([, value]) => value)]),
          };
        }),
    },
    {
      name: 'in a frame of another site the consent page is not shown',
      look: () =>
        play(stage, async ({ page, client }) => {
          const program = await client('Helper');
          return withSite(
            `<iframe src="${program.authorizationUrl.replaceAll('&', '&amp;')}"></iframe>`,
            async (url) => {
              await page.goto(url);
              const framed = page.frames()[1];
              await framed?.waitForURL(/./);
              const found = [framed?.url(), await framed?.locator('main').count()];
              return { found, expected: ['chrome-error://chromewebdata/', 0] };
            },
          );
        }),
    },
    {
      name: 'a client that redirects on to another host is reached, and so is that host: no rule of the page forbids it',
      look: () =>
        withSite('<h1>Landed</h1>', (url) => {
          const onwards = url.replace('127.0.0.1', 'localhost');
          return play(stage, async ({ page, client }) => {
            const program = await client('Hopping helper', { onwards });
            await open(page, program);
            await allow(page);
            await signInAs(page, 'alice');
            await page.waitForURL(onwards);
            const said = { code: 'sealed', state: program.state, iss: origin };
            return { found: [await headingOf(page), program.answers.map(answerOf)], expected: ['Landed', [said]] };
          });
        }),
    },
    {
      name: 'a client that redirects on to the scheme of an app is reached, and the browser names no rule against it',
      look: () =>
        play(stage, async ({ page, client }) => {
          const told: string[] = [];
          page.on('console', (message) => told.push(message.text()));
          const program = await client('App helper', { onwards: 'claude://claude.ai/done' });
          await open(page, program);
          await allow(page);
          await signInAs(page, 'alice');
          await until(() => program.answers.length > 0);
          const said = { code: 'sealed', state: program.state, iss: origin };
          const ruled = told.filter((text) => text.includes('Content Security Policy'));
          return { found: [program.answers.map(answerOf), ruled], expected: [[said], []] };
        }),
    },
  ];

  function errorCheck(name: string, work: (page: Page) => Promise<unknown>): Check {
    return {
      name,
      look: () =>
        play(stage, async ({ page }) => {
          await work(page);
          return { found: [await headingOf(page), new URL(page.url()).origin], expected: [CANNOT_GO_ON, origin] };
        }),
    };
  }
}

/** A page of somebody else, at an address of its own. */
async function withSite<T>(page: string, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(page),
  );
  const port = await listenAnywhere(server);
  try {
    return await work(`http://127.0.0.1:${port}/`);
  } finally {
    await close(server);
  }
}

const PATIENCE_MS = 15_000;

/** For what shows outside of the page only. @throws Error when it never comes */
async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > end) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
