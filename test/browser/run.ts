import { WrongUsage } from '../../cli/failure.ts';
import { startDevProcess } from '../support/dev-process.ts';
import { print, runScript } from '../support/script.ts';
import { type Check, forgetPictures, runChecks } from './check.ts';
import { accessibilityChecks } from './pages/accessibility.ts';
import { formChecks } from './pages/form.ts';
import { layoutChecks } from './pages/layout.ts';
import { type Browser, launch } from './playwright.ts';
import { servePages } from './serve-pages.ts';
import { attackChecks } from './story/attacks.ts';
import { decisionChecks } from './story/decisions.ts';
import { wayChecks } from './story/ways.ts';

const RELAY = ['-c', 'authorizationServer=relay', '-c', 'relayRegistration=true'];

const help = `Usage: npm run test:browser -- [--only pages|story]

Looks at relay mode in Chromium. The pages: what a screen reader is told, contrast, keyboard, narrow and zoomed windows,
hostile names, and what is sent. The story, against "npm run dev" with the relay: clients are allowed and denied, people
go back, reload and use two tabs, and others attack. Pictures are written to .gatehouse/browser.

CHROMIUM is the path of another Chromium than /usr/bin/chromium, which is installed when it is missing (Debian, as root).

  --only P    one of both: pages, story`;

type Part = (browser: Browser, run: (checks: readonly Check[]) => Promise<void>) => Promise<void>;

const PARTS: ReadonlyMap<string, Part> = new Map<string, Part>([
  [
    'pages',
    async (browser, run) => {
      const server = await servePages();
      try {
        await run([
          ...accessibilityChecks(browser, server),
          ...formChecks(browser, server),
          ...layoutChecks(browser, server),
        ]);
      } finally {
        await server.stop();
      }
    },
  ],
  [
    'story',
    async (browser, run) => {
      const dev = await startDevProcess(...RELAY);
      try {
        const stage = { browser, origin: new URL(dev.url).origin };
        await run([...decisionChecks(stage), ...wayChecks(stage), ...attackChecks(stage)]);
      } finally {
        await dev.stop();
      }
    },
  ],
]);

async function runParts(only: string | undefined): Promise<boolean> {
  const parts = [...PARTS].filter(([name]) => only === undefined || only === name);
  if (parts.length === 0) throw new WrongUsage(`--only ${only} is none of ${[...PARTS.keys()].join(', ')}.`);
  forgetPictures();
  const browser = await launch();
  print(`Chromium ${browser.version()}\n`);
  const sum = { passed: 0, failed: 0 };
  try {
    for (const [, part] of parts) {
      await part(browser, async (checks) => {
        const { passed, failed } = await runChecks(checks);
        sum.passed += passed;
        sum.failed += failed;
      });
    }
  } finally {
    await browser.close();
  }
  print(`\n${sum.passed} passed, ${sum.failed} failed`);
  return sum.failed === 0;
}

await runScript({ help, options: { only: { type: 'string' } }, run: ({ only }) => runParts(only) });
