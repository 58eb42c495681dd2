import type { ConsentView } from '../../shared/oauth/consent-view.ts';
import { displayName, plainText } from './display-text.ts';
import { type Html, html } from './html.ts';
import { htmlDocument, TICK, WARNING } from './page-document.ts';
import { scopeWords } from './scope-words.ts';

/**
 * Asks whether a client may have access: who it is and how that is known, where the access will go, what it may do, and
 * what comes next. Deny comes first and is no smaller; nothing is chosen by pressing Enter on a page that just loaded.
 *
 * @returns a whole HTML document for `style-src 'nonce-<nonce>'`
 */
export function consentPage(view: ConsentView, nonce: string): string {
  const gateway = plainText(view.gatewayHost);
  return htmlDocument(
    {
      // No text of the client: it would stand in the browser's own frame.
      title: `Allow access to ${gateway}?`,
      header: html`<p><b>${gateway}</b></p>`,
      main: html`<h1>Let ${nameOf(view)} use ${gateway}?</h1>
${standingOf(view)}
${factsOf(view)}
<h2>What it could do</h2>
<p>In your name, with the rights of your account:</p>
<ul>${view.scopes.map((scope) => scopeItem(scope, view.opens?.get(scope)))}</ul>
<h2>What happens next</h2>
${outcomesOf(view)}
${form(view.sealed)}`,
      footer: `This page belongs to ${gateway}. It never asks for a password.`,
    },
    nonce,
  );
}

/** Something ended before it was known whom to tell: the person at the browser learns it here. */
export function errorPage(
  problem: { readonly title: string; readonly text: string; readonly requestId: string },
  nonce: string,
): string {
  return htmlDocument(
    {
      title: plainText(problem.title),
      header: undefined,
      main: html`<h1>${plainText(problem.title)}</h1>
<p>${plainText(problem.text)}</p>
<p>You can close this page. To try again, start the sign-in once more in the program that you came from.</p>
<p class="small">If you ask for help, give this number: <code>${plainText(problem.requestId)}</code></p>`,
      footer: 'This step gave no access to anybody.',
    },
    nonce,
  );
}

function nameOf({ clientName }: ConsentView): Html {
  const name = displayName(clientName);
  return name === '' ? html`a program without a name` : html`<span class="claim">“<bdi>${name}</bdi>”</span>`;
}

/** How far the name can be believed. */
function standingOf(view: ConsentView): Html {
  const voucher = voucherOf(view);
  if (voucher === undefined)
    return html`<div class="note warn">${WARNING}<p><strong>Not verified.</strong>
The program chose this name itself, and nobody has checked it. Allow it only if you know the program and have just
started this yourself.</p></div>`;
  if (view.isLoopback)
    return html`<div class="note warn">${WARNING}<p><strong>Name verified, program not.</strong>
The name ${voucher}, but any program on this computer can use it. Allow it only if you have just started this
yourself.</p></div>`;
  return html`<div class="note good">${TICK}<p><strong>Verified.</strong> The name ${voucher}.</p></div>`;
}

/** An entry of the configuration may say what it likes of a domain, whose document nobody has compared. */
function voucherOf({ verifiedHost, isConfigured, gatewayHost }: ConsentView): Html | undefined {
  const host = verifiedHost === undefined ? undefined : html`<b>${plainText(verifiedHost)}</b>`;
  if (isConfigured !== true) return host && html`belongs to ${host}`;
  const of = host && html` as that of ${host}`;
  return html`was entered by those who run <b>${plainText(gatewayHost)}</b>${of}`;
}

function factsOf(view: ConsentView): Html {
  return html`<dl>
<div><dt>Access goes to</dt><dd>${destinationOf(view)}</dd></div>
<div><dt>You sign in at</dt><dd><b>${plainText(view.signInHost)}</b></dd></div>
</dl>`;
}

function destinationOf({ isLoopback, redirectHost }: ConsentView): Html {
  const host = plainText(redirectHost);
  return isLoopback ? html`<b>a program on this computer</b> (${host})` : html`<b>${host}</b>`;
}

function scopeItem(scope: string, opens: readonly string[] | undefined): Html {
  const { words, wireName } = scopeWords(scope, opens);
  return html`<li>${words}${wireName === undefined ? undefined : html` <code>${wireName}</code>`}</li>`;
}

function outcomesOf({ isLoopback, redirectHost, signInHost }: ConsentView): Html {
  const program = isLoopback ? html`the program` : html`<b>${plainText(redirectHost)}</b>`;
  return html`<ul>
<li><strong>Deny:</strong> nothing is shared. You go back to ${program}, which is told that you said no.</li>
<li><strong>Allow:</strong> you sign in first. Then you go back to ${program}, which gets the access and may renew it
later.</li>
<li><strong>Another account?</strong> If you are still signed in at <b>${plainText(signInHost)}</b>, that account may be
used without a question. To choose another one, sign out there first.</li>
</ul>`;
}

/** Hidden values are not to be restored by the browser after a reload: each page has its own seal. */
function form(sealed: string): Html {
  return html`<form method="post" action="/oauth/consent" autocomplete="off">
<input type="hidden" name="consent" value="${sealed}">
<button name="decision" value="deny" class="deny">Deny</button>
<button name="decision" value="approve" class="approve">Allow</button>
</form>`;
}
