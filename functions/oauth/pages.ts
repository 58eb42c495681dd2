import type { ConsentView } from '../../shared/oauth/consent-view.ts';

export interface Problem {
  readonly title: string;
  readonly text: string;
  readonly requestId: string;
}

/** The page that asks. Plain, until it gets its form. */
export function consentPage(view: ConsentView, nonce: string): string {
  const { clientName, verifiedHost, redirectHost, scopes, signInHost, gatewayHost, isLoopback, sealed } = view;
  return page(
    nonce,
    `Allow ${clientName}?`,
    `<p>${text(verifiedHost ?? 'not verified')}, ${text(redirectHost)}${isLoopback ? ', this computer' : ''}</p>
<p>${text(gatewayHost)}: ${text(scopes.join(', '))}; ${text(signInHost)}</p>
<form method="post" action="/oauth/consent"><input type="hidden" name="consent" value="${text(sealed)}">
<button name="decision" value="approve">Allow</button><button name="decision" value="deny">Cancel</button></form>`,
  );
}

export function errorPage({ title, text: said, requestId }: Problem, nonce: string): string {
  return page(nonce, title, `<p>${text(said)}</p><p>${text(requestId)}</p>`);
}

function page(nonce: string, title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${text(title)}</title>
<style nonce="${nonce}">body{font-family:sans-serif}</style><h1>${text(title)}</h1>${body}</html>\n`;
}

function text(raw: string): string {
  return raw.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
