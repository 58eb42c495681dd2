import { Failure } from '../failure.ts';

/** One thing that can be pressed: a button of a form, and what a browser would send for it. */
interface Choice {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface Browser {
  /** Is told the heading of each page that asks for consent. */
  readonly saw?: ((heading: string) => void) | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/**
 * A person at a browser, without the browser: follows an authorization URL, allows what the gateway's consent page asks,
 * and presses the button with their name at the embedded identity provider.
 *
 * @returns the redirect back to the client, with `code` or `error`
 */
export async function followLogin(authorization: URL, user: string, browser: Browser = {}): Promise<URL> {
  const back = authorization.searchParams.get('redirect_uri') ?? '';
  const cookies = new Map<string, string>();
  let next: { readonly url: URL; readonly form?: URLSearchParams; readonly from?: string } = { url: authorization };
  for (let hop = 0; hop < 12; hop++) {
    const response = await visit(next, cookies, browser.fetch ?? fetch);
    const page = await response.text();
    for (const line of response.headers.getSetCookie()) remember(cookies, line);
    const location = response.headers.get('location');
    if (location === null) {
      const choice = choose(page, next.url, response.status, user);
      if (choice.fields['decision'] !== undefined)
        browser.saw?.(textOf(/<h1\b[^>]*>(.*?)<\/h1>/s.exec(page)?.[1] ?? ''));
      next = press(choice, next.url);
      continue;
    }
    next = { url: new URL(location, next.url) };
    if (placeOf(next.url) === placeOf(new URL(back))) return next.url;
  }
  throw new Failure('The identity provider redirects in a circle.');
}

function placeOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

function visit(
  { url, form, from }: { readonly url: URL; readonly form?: URLSearchParams; readonly from?: string },
  cookies: ReadonlyMap<string, string>,
  send: typeof fetch,
): Promise<Response> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = {
    accept: 'text/html',
    ...(cookie === '' ? {} : { cookie }),
    ...(from === undefined ? {} : { origin: from }),
  };
  return send(url, { redirect: 'manual', headers, ...(form === undefined ? {} : { method: 'POST', body: form }) });
}

function choose(page: string, at: URL, status: number, user: string): Choice {
  const choice = choicesOf(page).find(({ fields }) => fields['decision'] === 'approve' || fields['user'] === user);
  if (choice === undefined) throw new Failure(`${at.host} answered ${status} at ${at.pathname}.`);
  return choice;
}

function press({ action, fields }: Choice, at: URL) {
  return { url: new URL(action, at), form: new URLSearchParams(fields), from: at.origin };
}

/** Every button of every form, with the hidden fields beside it. */
function choicesOf(page: string): readonly Choice[] {
  return [...page.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].flatMap(([, tag = '', body = '']) => {
    const hidden = [...body.matchAll(/<input\b([^>]*)>/g)].map(([, input = '']) => pairOf(input));
    return [...body.matchAll(/<button\b([^>]*)>/g)].map(([, button = '']) => ({
      action: attribute(tag, 'action'),
      fields: Object.fromEntries([...hidden, pairOf(button)]),
    }));
  });
}

function pairOf(tag: string): readonly [string, string] {
  return [attribute(tag, 'name'), attribute(tag, 'value')];
}

function attribute(tag: string, name: string): string {
  return decode(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
}

function textOf(html: string): string {
  return decode(html.replace(/<[^>]*>/g, ''))
    .replace(/\s+/g, ' ')
    .trim();
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
]);

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code?: string, name = '') =>
    code === undefined ? (NAMED.get(name) ?? whole) : String.fromCodePoint(Number(code)),
  );
}

function remember(cookies: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';', 1);
  const at = pair.indexOf('=');
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  // As a browser does: one that has already ended is a cookie that goes.
  if (value === '' || /;\s*max-age=0\b/i.test(line)) cookies.delete(name);
  else cookies.set(name, value);
}
