import { type Html, html, ownText } from './html.ts';
import { STYLES } from './styles.ts';

/** One page that stands alone: no script, nothing fetched, one style element that the nonce allows (CSP `style-src`). */
export interface Page {
  readonly title: string;
  /** What is above the line of the page: the gateway's host. */
  readonly header: Html | undefined;
  readonly main: Html;
  readonly footer: string;
}

export function htmlDocument({ title, header, main, footer }: Page, nonce: string): string {
  const banner = header && html`<header>${GATE}${header}</header>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<style nonce="${nonce}">${ownText(STYLES)}</style>
</head>
<body>
${banner}
<main>
${main}
</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`.text;
}

const icon = (path: string): Html =>
  html`<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false"><path d="${path}"/></svg>`;

const GATE = icon('M4 21V9a8 8 0 0 1 16 0v12h-4v-9h-3v9h-2v-9H8v9z');
export const TICK = icon('M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm-1.6 14.6-4.2-4.2 1.8-1.8 2.4 2.4 5.6-5.6 1.8 1.8z');
export const WARNING = icon('M12 2 1 21h22zm-1.2 7h2.4v6h-2.4zm0 7.6h2.4V19h-2.4z');
