import { createServer } from 'node:http';
import { close } from '../../../cli/dev/network.ts';
import { listenAnywhere } from '../../support/listen.ts';
import { type Check, withPage } from '../check.ts';
import { clickButton } from '../in-page.ts';
import type { Browser, Page } from '../playwright.ts';
import type { PageServer } from '../serve-pages.ts';
import { verified } from '../views.ts';

/** What is sent, by whom and when, and what the page asks the network for. */
export function formChecks(browser: Browser, server: PageServer): readonly Check[] {
  type Use = (page: Page) => Promise<unknown>;
  const press =
    (...keys: readonly string[]): Use =>
    async ({ keyboard }) => {
      for (const key of keys) await keyboard.press(key);
    };
  const click =
    (name: string): Use =>
    (page) =>
      clickButton(page, name);
  const sends = (name: string, use: Use, decision: string, javaScriptEnabled = true) => ({
    name,
    look: () =>
      withPage(browser, { javaScriptEnabled }, async (page) => {
        await page.goto(`${server.origin}/verified`);
        server.sent.length = 0;
        await use(page);
        await page.waitForURL(/\/oauth\/consent$/);
        return { found: server.sent, expected: [`/oauth/consent consent=${verified.sealed}&decision=${decision}`] };
      }),
  });
  /** Counted in the page itself: a form on its way may not have reached the server yet. */
  const sendsNothing = (name: string, use: Use) => ({
    name,
    look: () =>
      withPage(browser, {}, async (page) => {
        await page.goto(`${server.origin}/verified`);
        await page.evaluate(`window.sent = 0; window.addEventListener('submit', () => window.sent++)`);
        await use(page);
        return { found: await page.evaluate(`window.sent`), expected: 0 };
      }),
  });

  return [
    sendsNothing('Enter, Space and Escape on a page that just loaded send nothing', press('Enter', 'Space', 'Escape')),
    sends('by keyboard: Deny', press('Tab', 'Enter'), 'deny'),
    sends('by keyboard: Allow', press('Tab', 'Tab', 'Space'), 'approve'),
    sends('by mouse: Deny', click('Deny'), 'deny'),
    sends('by mouse: Allow', click('Allow'), 'approve'),
    sends('without JavaScript: Deny', click('Deny'), 'deny', false),
    sends('without JavaScript: Allow', click('Allow'), 'approve', false),
    sendsNothing('a click that comes together with the mouse, as the second of a double one, sends nothing', (page) =>
      clickAfter(page, 'pause'),
    ),
    sends('a click once the mouse has been there sends', (page) => clickAfter(page, 'finish'), 'approve'),
    {
      name: 'where nothing hovers, as on a phone, buttons work at once',
      look: () =>
        withPage(browser, { hasTouch: true, isMobile: true }, async (page) => {
          await page.goto(`${server.origin}/verified`);
          return { found: await pointerEvents(page), expected: 'auto' };
        }),
    },
    {
      name: 'the page asks for nothing else, and the browser has no complaint about it',
      look: () =>
        withPage(browser, {}, async (page) => {
          const told: string[] = [];
          const asked: string[] = [];
          page.on('console', (message) => told.push(message.text()));
          page.on('request', (request) => asked.push(request.url()));
          for (const path of ['/verified', '/error']) await page.goto(`${server.origin}${path}`);
          return {
            found: { told, asked },
            expected: { told: [], asked: ['/verified', '/error'].map((path) => `${server.origin}${path}`) },
          };
        }),
    },
    ...['/verified', '/error'].map((path) => framedCheck(browser, `${server.origin}${path}`)),
  ];
}

const pointerEvents = (page: Page) =>
  page.evaluate<string>(`getComputedStyle(document.querySelector('.approve')).pointerEvents`);

/** The waiting time is stood still or ended, so that no speed of this machine decides. */
async function clickAfter(page: Page, then: 'pause' | 'finish'): Promise<void> {
  const button = page.getByRole('button', { name: 'Allow' });
  await button.scrollIntoViewIfNeeded();
  const box = await button.boundingBox();
  if (box === null) throw new Error('there is no button');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  const waits = await page.evaluate<number>(`(() => {
    const waits = document.getAnimations().filter(({ transitionProperty }) => transitionProperty === 'pointer-events');
    for (const wait of waits) wait.${then}();
    return waits.length;
  })()`);
  if (waits !== 2) throw new Error(`${waits} buttons wait for the mouse`);
  await page.mouse.click(x, y);
}

/** Clickjacking: a page of somebody else's that has ours in a frame shows nothing of it. */
function framedCheck(browser: Browser, url: string): Check {
  return {
    name: `${new URL(url).pathname} in a frame of another site is not shown`,
    look: async () => {
      const host = createServer((_request, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end(`<iframe src="${url}"></iframe>`),
      );
      const port = await listenAnywhere(host);
      try {
        return await withPage(browser, {}, async (page) => {
          await page.goto(`http://localhost:${port}/`);
          const framed = page.frames()[1];
          await framed?.waitForURL(/./);
          const found = [framed?.url(), await framed?.locator('main').count()];
          return { found, expected: ['chrome-error://chromewebdata/', 0] };
        });
      } finally {
        await close(host);
      }
    },
  };
}
