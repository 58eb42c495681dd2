import { print, runScript } from '../support/script.ts';
import { runChecks } from './check.ts';
import { accessibilityChecks } from './pages/accessibility.ts';
import { formChecks } from './pages/form.ts';
import { layoutChecks } from './pages/layout.ts';
import { launch } from './playwright.ts';
import { servePages } from './serve-pages.ts';

const help = `Usage: npm run test:browser

Looks at the pages of relay mode in Chromium: what a screen reader is told, contrast, keyboard, narrow and zoomed windows,
hostile names, and what is sent. Pictures of every page are written to .gatehouse/browser.

CHROMIUM is the path of another Chromium than /usr/bin/chromium, which is installed when it is missing (Debian, as root).`;

async function run(): Promise<boolean> {
  const browser = await launch();
  const server = await servePages();
  try {
    print(`Chromium ${browser.version()}\n`);
    const { passed, failed } = await runChecks([
      ...accessibilityChecks(browser, server),
      ...formChecks(browser, server),
      ...layoutChecks(browser, server),
    ]);
    print(`\n${passed} passed, ${failed} failed`);
    return failed === 0;
  } finally {
    await server.stop();
    await browser.close();
  }
}

await runScript({ help, options: {}, run });
