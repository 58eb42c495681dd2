import { type Check, withPage } from '../check.ts';
import { axe, buttonContrasts, faintTexts, focused, groundLuminance } from '../in-page.ts';
import type { Browser } from '../playwright.ts';
import type { PageServer } from '../serve-pages.ts';
import { PAGE_PATHS } from '../serve-pages.ts';

const CONSENT_TREE = `
- banner:
  - paragraph: mcp.acme.com
- main:
  - heading "Let “Claude” use mcp.acme.com?" [level=1]
  - paragraph:
    - strong: Verified.
    - text: The name belongs to claude.ai.
  - term: Access goes to
  - definition: claude.ai
  - term: You sign in at
  - definition: acme.auth.eu-central-1.amazoncognito.com
  - heading "What it could do" [level=2]
  - paragraph: "In your name, with the rights of your account:"
  - list:
    - listitem:
      - text: Use Echo
      - code: https://mcp.acme.com/mcp/starter.echo
    - listitem:
      - text: Use Who am I, Greeting
      - code: https://mcp.acme.com/mcp/starter.whoami
    - listitem:
      - text: Stay connected later, without asking you to sign in each time
      - code: offline_access
  - heading "What happens next" [level=2]
  - list:
    - listitem:
      - strong: "Deny:"
      - text: nothing is shared. You go back to claude.ai, which is told that you said no.
    - listitem:
      - strong: "Allow:"
      - text: you sign in first. Then you go back to claude.ai, which gets the access and may renew it later.
    - listitem:
      - strong: Another account?
      - text: If you are still signed in at acme.auth.eu-central-1.amazoncognito.com, that account may be used without a question. To choose another one, sign out there first.
  - button "Deny"
  - button "Allow"
- contentinfo:
  - paragraph: This page belongs to mcp.acme.com. It never asks for a password.
`.trim();

/** What people need who do not see the page, see it badly, or use no mouse. */
export function accessibilityChecks(browser: Browser, { origin }: PageServer): readonly Check[] {
  const light = ['light', 'dark'] as const;
  return [
    {
      name: 'what a screen reader tells, from top to bottom',
      look: () =>
        withPage(browser, {}, async (page) => {
          await page.goto(`${origin}/verified`);
          return { found: (await page.locator('body').ariaSnapshot()).split('\n'), expected: CONSENT_TREE.split('\n') };
        }),
    },
    {
      name: 'the language and the title are there',
      look: () =>
        withPage(browser, {}, async (page) => {
          await page.goto(`${origin}/verified`);
          const found = [await page.locator('html').getAttribute('lang'), await page.title()];
          return { found, expected: ['en', 'Allow access to mcp.acme.com?'] };
        }),
    },
    ...light.flatMap((scheme) => PAGE_PATHS.map((path) => axeCheck(browser, origin, path, scheme))),
    ...light.map((scheme) => contrastCheck(browser, origin, scheme)),
    {
      name: 'dark is dark and light is light',
      look: async () => {
        const grounds = await Promise.all(
          light.map((colorScheme) =>
            withPage(browser, { colorScheme }, async (page) => {
              await page.goto(`${origin}/verified`);
              return groundLuminance(page);
            }),
          ),
        );
        return { found: grounds.map((ground) => (ground > 0.5 ? 'light' : 'dark')), expected: light };
      },
    },
    {
      name: 'the keyboard meets Deny, then Allow, and nothing else',
      look: () =>
        withPage(browser, {}, async (page) => {
          await page.goto(`${origin}/verified`);
          const found = [await focused(page)];
          for (let press = 0; press < 3; press++) {
            await page.keyboard.press('Tab');
            found.push(await focused(page));
          }
          return { found, expected: ['', 'Deny', 'Allow', ''] };
        }),
    },
    {
      name: 'with forced colours both buttons have a border',
      look: () =>
        withPage(browser, { forcedColors: 'active' }, async (page) => {
          await page.goto(`${origin}/verified`);
          const found = await page.evaluate<
            readonly boolean[]
          >(`[...document.querySelectorAll('button')].map((button) => {
            const { borderTopColor, borderTopStyle, backgroundColor } = getComputedStyle(button);
            return borderTopStyle === 'solid' && borderTopColor !== backgroundColor;
          })`);
          return { found, expected: [true, true] };
        }),
    },
  ];
}

function axeCheck(browser: Browser, origin: string, path: string, colorScheme: 'light' | 'dark'): Check {
  return {
    name: `axe-core finds nothing on ${path}, ${colorScheme}`,
    look: () =>
      withPage(browser, { colorScheme }, async (page) => {
        await page.goto(`${origin}${path}`);
        const { violations, undecided, passed } = await axe(page);
        return {
          found: { violations, undecided, any: passed > 10 },
          expected: { violations: [], undecided: [], any: true },
        };
      }),
  };
}

function contrastCheck(browser: Browser, origin: string, colorScheme: 'light' | 'dark'): Check {
  return {
    name: `every text has 4.5:1, every button and its focus ring 3:1, ${colorScheme}`,
    look: () =>
      withPage(browser, { colorScheme }, async (page) => {
        const faint: string[] = [];
        const low: number[] = [];
        for (const path of ['/verified', '/loopback', '/unverified', '/error']) {
          await page.goto(`${origin}${path}`);
          faint.push(...(await faintTexts(page)));
          const contrasts = await buttonContrasts(page);
          low.push(...contrasts.flatMap(({ button, ring }) => [button, ring]).filter((contrast) => contrast < 3));
        }
        return { found: { faint, low }, expected: { faint: [], low: [] } };
      }),
  };
}
