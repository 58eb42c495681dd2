import { type Check, picture, withPage } from '../check.ts';
import { overflow } from '../in-page.ts';
import type { Browser, ContextOptions, Page } from '../playwright.ts';
import { PAGE_PATHS, type PageServer } from '../serve-pages.ts';
import { hostileNames } from '../views.ts';

const size = (width: number, height: number) => ({ viewport: { width, height } });

/** The looks that are kept as pictures. */
const LOOKS: ReadonlyMap<string, ContextOptions> = new Map<string, ContextOptions>([
  ['wide', size(1280, 900)],
  ['phone', { ...size(390, 844), deviceScaleFactor: 2, isMobile: true, hasTouch: true }],
  ['dark', { ...size(390, 844), deviceScaleFactor: 2, colorScheme: 'dark' }],
  ['wide-dark', { ...size(1280, 900), colorScheme: 'dark' }],
]);

/** Zooming divides the width that a page has by the factor (WCAG 2.2, 1.4.4 and 1.4.10). */
const WINDOWS: ReadonlyMap<string, ContextOptions> = new Map<string, ContextOptions>([
  ['1280 pixels', size(1280, 900)],
  ['a phone of 390 pixels', size(390, 844)],
  ['320 pixels', size(320, 568)],
  ['1280 pixels at 200 %', { ...size(640, 450), deviceScaleFactor: 2 }],
  ['1280 pixels at 400 %', { ...size(320, 225), deviceScaleFactor: 4 }],
]);

/** What must not break, whatever is shown and on whatever screen. */
export function layoutChecks(browser: Browser, { origin }: PageServer): readonly Check[] {
  return [
    ...[...WINDOWS].map(([name, options]) => fitsCheck(browser, origin, name, options, async () => undefined)),
    fitsCheck(browser, origin, '390 pixels with letters of twice the size', size(390, 844), (page) =>
      page.evaluate(`document.documentElement.style.fontSize = '200%'`),
    ),
    {
      name: 'Deny is as large as Allow, stands beside it, and both are large enough for a finger',
      look: () =>
        withPage(browser, size(390, 844), async (page) => {
          await page.goto(`${origin}/verified`);
          const [deny, allow] = await Promise.all(
            ['Deny', 'Allow'].map((name) => page.getByRole('button', { name }).boundingBox()),
          );
          const alike = deny?.width === allow?.width && deny?.height === allow?.height && deny?.y === allow?.y;
          return { found: { alike, large: (deny?.height ?? 0) >= 44 }, expected: { alike: true, large: true } };
        }),
    },
    ...[...hostileNames].map(([name, { shown }]) => nameCheck(browser, origin, name, shown)),
    {
      name: `pictures of ${PAGE_PATHS.length} pages in ${LOOKS.size} looks are in .gatehouse/browser`,
      look: async () => {
        for (const [look, options] of LOOKS) {
          await withPage(browser, options, async (page) => {
            for (const path of PAGE_PATHS) {
              await page.goto(`${origin}${path}`);
              await picture(page, `page${path.replaceAll('/', '-')}-${look}`);
            }
          });
        }
        return { found: 'taken', expected: 'taken' };
      },
    },
  ];
}

function fitsCheck(
  browser: Browser,
  origin: string,
  name: string,
  options: ContextOptions,
  prepare: (page: Page) => Promise<unknown>,
): Check {
  return {
    name: `nothing is cut off or scrolls sideways on ${name}`,
    look: () =>
      withPage(browser, options, async (page) => {
        const found: unknown[] = [];
        for (const path of PAGE_PATHS) {
          await page.goto(`${origin}${path}`);
          await prepare(page);
          const { sideways, cut } = await overflow(page);
          if (sideways > 0 || cut.length > 0) found.push({ path, sideways, cut });
        }
        return { found, expected: [] };
      }),
  };
}

/** The name is read as expected, and the page's own words stay where they were: after it, and below. */
function nameCheck(browser: Browser, origin: string, name: string, shown: string): Check {
  return {
    name: `a hostile name keeps its place: ${name}`,
    look: () =>
      withPage(browser, size(390, 844), async (page) => {
        await page.goto(`${origin}/name/${name}`);
        const heading = (await page.locator('h1').textContent()) ?? '';
        const after = await page.evaluate<boolean>(`(() => {
          const heading = document.querySelector('h1');
          const claim = heading.querySelector('.claim')?.getBoundingClientRect();
          const range = document.createRange();
          range.selectNodeContents(heading.lastChild);
          const rest = range.getClientRects()[0];
          const below = document.querySelector('.note').getBoundingClientRect().top >= heading.getBoundingClientRect().bottom;
          return below && (!claim || rest.left >= claim.right - 1 || rest.top >= claim.bottom - 1);
        })()`);
        return { found: { heading, after }, expected: { heading: `Let ${shown} use localhost:8000?`, after: true } };
      }),
  };
}
