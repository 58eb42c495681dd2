import { picture, withPage } from '../check.ts';
import { clickButton } from '../in-page.ts';
import type { Browser, Context, ContextOptions, Page } from '../playwright.ts';
import { type LocalClient, type LocalClientOptions, startClient } from './local-client.ts';

/** Claude Code as the gateway has it built in: a client with published metadata and a loopback redirect. */
export const KNOWN_CLIENT = 'https://claude.ai/oauth/claude-code-client-metadata';

/** One person at a browser, the gateway, and the programs that want access. */
export interface Scene {
  readonly page: Page;
  /** Of the gateway. */
  readonly origin: string;
  client(name: string, options?: Partial<LocalClientOptions>): Promise<LocalClient>;
  readonly cookies: Pick<Context, 'cookies' | 'addCookies' | 'clearCookies'>;
  /** A further tab of the same browser. */
  newTab(): Promise<Page>;
}

export interface Stage {
  readonly browser: Browser;
  readonly origin: string;
}

/** Plays one scene with a new browser profile, and ends every program that was in it. */
export async function play<T>(
  { browser, origin }: Stage,
  scene: (scene: Scene) => Promise<T>,
  options: ContextOptions = {},
): Promise<T> {
  const clients: LocalClient[] = [];
  const client = async (name: string, more: Partial<LocalClientOptions> = {}) => {
    const started = await startClient({ origin, name, ...more });
    clients.push(started);
    return started;
  };
  try {
    return await withPage(browser, options, (page, context) =>
      scene({ page, origin, client, cookies: context, newTab: () => context.newPage() }),
    );
  } finally {
    await Promise.all(clients.map(({ stop }) => stop()));
  }
}

export const headingOf = (page: Page) => textOf(page, 'h1');

/** What is read there, in one line. */
export async function textOf(page: Page, selector: string): Promise<string> {
  return ((await page.locator(selector).textContent()) ?? '').replace(/\s+/g, ' ').trim();
}

/** Opens what the client wants opened. @returns the heading of the page */
export async function open(page: Page, { authorizationUrl }: LocalClient): Promise<string> {
  await page.goto(authorizationUrl);
  return headingOf(page);
}

export async function allow(page: Page): Promise<void> {
  await clickButton(page, 'Allow');
}

export async function deny(page: Page): Promise<void> {
  await clickButton(page, 'Deny');
}

/** At the login page of the embedded identity provider. */
export async function signInAs(page: Page, user: string): Promise<void> {
  await page.waitForURL(/\/login\//);
  await page.getByRole('button', { name: new RegExp(`^${user}`) }).click();
}

/** Waits until the browser is where the client listens. */
export async function backAt(page: Page, { redirectUri }: LocalClient): Promise<void> {
  await page.waitForURL((url) => url.href.startsWith(redirectUri));
}

/** The names and values that a client got, without the code, which is new each time. */
export function answerOf(answer: URLSearchParams | undefined): Readonly<Record<string, string>> {
  const all = Object.fromEntries(answer ?? []);
  return all['code'] === undefined ? all : { ...all, code: /^v1\.[0-9a-f]{8}\./.test(all['code']) ? 'sealed' : 'bare' };
}

let taken = 0;

/** Pictures of the story, numbered as they were taken. */
export async function shoot(page: Page, what: string): Promise<void> {
  taken++;
  await picture(page, `story-${String(taken).padStart(2, '0')}-${what}`);
}
