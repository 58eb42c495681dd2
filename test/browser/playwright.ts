import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium as chromiumProgram, npmTool } from '../support/toolbox.ts';

/** What is used here of playwright-core, which is fetched and so has no types in this project. */
export interface Page {
  goto(url: string, options?: { readonly waitUntil?: 'load' | 'commit' }): Promise<Answer | null>;
  goBack(options?: { readonly waitUntil?: 'load' | 'commit' }): Promise<Answer | null>;
  reload(): Promise<Answer | null>;
  url(): string;
  title(): Promise<string>;
  content(): Promise<string>;
  locator(selector: string): Locator;
  getByRole(role: string, options?: { readonly name?: string | RegExp; readonly exact?: boolean }): Locator;
  getByText(text: string | RegExp): Locator;
  /** Runs text as JavaScript in the page, outside of its content security policy. */
  evaluate<T>(script: string): Promise<T>;
  screenshot(options: { readonly path: string; readonly fullPage?: boolean }): Promise<unknown>;
  waitForURL(
    url: string | RegExp | ((url: URL) => boolean),
    options?: { readonly waitUntil?: 'load' | 'commit' },
  ): Promise<void>;
  on(event: 'console', listen: (message: { text(): string; type(): string }) => void): void;
  on(event: 'request', listen: (request: { url(): string; method(): string }) => void): void;
  readonly keyboard: { press(key: string): Promise<void> };
  readonly mouse: { move(x: number, y: number): Promise<void>; click(x: number, y: number): Promise<void> };
  frames(): readonly Pick<Page, 'url' | 'locator' | 'waitForURL'>[];
  close(): Promise<void>;
}

export interface Answer {
  status(): number;
  headers(): Readonly<Record<string, string>>;
  url(): string;
}

export interface Locator {
  click(): Promise<void>;
  count(): Promise<number>;
  textContent(): Promise<string | null>;
  getAttribute(name: string): Promise<string | null>;
  ariaSnapshot(): Promise<string>;
  boundingBox(): Promise<Box | null>;
  hover(): Promise<void>;
  scrollIntoViewIfNeeded(): Promise<void>;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  readonly expires: number;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: string;
}

export interface Context {
  newPage(): Promise<Page>;
  setDefaultTimeout(milliseconds: number): void;
  cookies(): Promise<readonly Cookie[]>;
  addCookies(cookies: readonly Cookie[]): Promise<void>;
  clearCookies(which?: { readonly name: RegExp }): Promise<void>;
  close(): Promise<void>;
}

export interface ContextOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly forcedColors?: 'active' | 'none';
  readonly javaScriptEnabled?: boolean;
  readonly deviceScaleFactor?: number;
  readonly hasTouch?: boolean;
  readonly isMobile?: boolean;
}

export interface Browser {
  newContext(options?: ContextOptions): Promise<Context>;
  version(): string;
  close(): Promise<void>;
}

interface Playwright {
  readonly chromium: {
    launch(options: { readonly executablePath: string; readonly args: readonly string[] }): Promise<Browser>;
  };
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const directory = () => npmTool('browser', 'playwright-core@1.64.1', 'axe-core@4.14.1');

/** With a new user data directory each time, which goes when it is closed. */
export function launch(): Promise<Browser> {
  const load = createRequire(import.meta.url);
  const { chromium } = load(join(directory(), 'node_modules', 'playwright-core')) as Playwright;
  return chromium.launch({ executablePath: chromiumProgram(), args: FLAGS });
}

/** The script of axe-core, which looks for what keeps people with disabilities out. */
export function axePath(): string {
  return join(directory(), 'node_modules', 'axe-core', 'axe.min.js');
}
