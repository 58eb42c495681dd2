import { readFileSync } from 'node:fs';
import { axePath, type Page } from './playwright.ts';

/** What is looked at within a page. Scripts are text: this project has no types of the browser. */

const COLOURS = `
const parse = (colour) => {
  const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
  return { r, g, b, a };
};
const luminance = ({ r, g, b }) => {
  const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const ratio = (one, other) => {
  const [low, high] = [luminance(parse(one)), luminance(parse(other))].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const groundOf = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (parse(colour).a === 1) return colour;
  }
  return 'rgb(255, 255, 255)';
};`;

/** Texts with less than 4.5:1 against what is behind them (WCAG 2.2, 1.4.3), with their ratio. */
export function faintTexts(page: Page): Promise<readonly string[]> {
  return page.evaluate(`(() => {${COLOURS}
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint = [];
    while (walker.nextNode()) {
      const { parentElement, textContent } = walker.currentNode;
      if (textContent.trim() === '' || parentElement.closest('style')) continue;
      const contrast = ratio(getComputedStyle(parentElement).color, groundOf(parentElement));
      if (contrast < 4.5) faint.push(textContent.trim() + ' ' + contrast.toFixed(2));
    }
    return faint;
  })()`);
}

/** Contrast of each button, and of the ring around it while it has the focus, against their ground; at least 3 (1.4.11). */
export function buttonContrasts(page: Page): Promise<readonly { readonly button: number; readonly ring: number }[]> {
  return page.evaluate(`(() => {${COLOURS}
    return [...document.querySelectorAll('button')].map((button) => {
      button.focus({ focusVisible: true });
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(button);
      const ground = groundOf(button.parentElement);
      const seen = outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2;
      return { button: ratio(groundOf(button), ground), ring: seen ? ratio(outlineColor, ground) : 0 };
    });
  })()`);
}

/** Between 0 (black) and 1 (white). */
export function groundLuminance(page: Page): Promise<number> {
  return page.evaluate(`(() => {${COLOURS} return luminance(parse(groundOf(document.body))); })()`);
}

/** How many pixels the page is wider than its window, and which elements cut off a part of themselves. */
export function overflow(page: Page): Promise<{ readonly sideways: number; readonly cut: readonly string[] }> {
  return page.evaluate(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const inside = [...document.body.querySelectorAll('*')].filter((element) => element.checkVisibility());
    const cut = inside.filter(
      (element) =>
        (getComputedStyle(element).overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) ||
        element.getBoundingClientRect().right > clientWidth + 1,
    );
    return { sideways: scrollWidth - clientWidth, cut: cut.map((element) => element.outerHTML.slice(0, 60)) };
  })()`);
}

/** The element with the focus, as its text; '' when it is the page itself. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(`document.activeElement === document.body ? '' : document.activeElement.textContent`);
}

export interface AxeFindings {
  readonly violations: readonly string[];
  readonly undecided: readonly string[];
  readonly passed: number;
}

/** Every rule of axe-core for WCAG 2.2 A and AA, and its best practices. */
export function axe(page: Page): Promise<AxeFindings> {
  return page.evaluate(`${readFileSync(axePath(), 'utf8')}
    axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'],
    }).then(({ violations, incomplete, passes }) => {
      const told = (rules) => rules.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 80)));
      return { violations: told(violations), undecided: told(incomplete), passed: passes.length };
    })`);
}

/** As a person does it: the mouse comes to the page first, and buttons work a moment later. */
export async function clickButton(page: Page, name: string): Promise<void> {
  await page.locator('h1').hover();
  await page.getByRole('button', { name, exact: true }).click();
}
