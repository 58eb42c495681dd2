import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { projectRoot } from '../../infra/project.ts';
import { print } from '../support/script.ts';
import type { Browser, Context, ContextOptions, Page } from './playwright.ts';

export interface Check {
  /** What holds, as a sentence. */
  readonly name: string;
  /** What was found and what should have been. */
  readonly look: () => Promise<{ readonly found: unknown; readonly expected: unknown }>;
}

/** Prints a line a check. @returns how many passed and failed */
export async function runChecks(checks: readonly Check[]): Promise<{ passed: number; failed: number }> {
  const totals = { passed: 0, failed: 0 };
  for (const { name, look } of checks) {
    const finding = await findingOf(look);
    totals[finding === undefined ? 'passed' : 'failed']++;
    print(`${finding === undefined ? 'ok    ' : 'failed'}  ${name}${finding ?? ''}`);
  }
  return totals;
}

async function findingOf(look: Check['look']): Promise<string | undefined> {
  try {
    const { found, expected } = await look();
    if (isDeepStrictEqual(found, expected)) return undefined;
    return `\n  expected ${JSON.stringify(expected)}\n  found    ${JSON.stringify(found)}`;
  } catch (error) {
    return `\n  ${error instanceof Error ? error.message : error}`;
  }
}

/** For one step of a page; far more than it takes, so that only what never comes is given up. */
const PATIENCE_MS = 15_000;

/** A page of a person without history: no cookies, nothing stored. */
export async function withPage<T>(
  browser: Browser,
  options: ContextOptions,
  work: (page: Page, context: Context) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  try {
    return await work(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

const PICTURES = join(projectRoot, '.gatehouse', 'browser');

/** Those of earlier runs would be looked at as if they were of this one. */
export function forgetPictures(): void {
  rmSync(PICTURES, { recursive: true, force: true });
}

/** The whole page as a picture, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}
