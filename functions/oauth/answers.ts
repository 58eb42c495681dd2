import { errorRow } from '../../shared/core/error-table.ts';
import type { GatewayError } from '../../shared/core/errors.ts';
import { OAuthError, RedirectedError } from '../../shared/oauth/errors.ts';
import type { HttpResponse, Invocation } from '../middleware/chain.ts';
import { json, withHeaders } from '../middleware/http.ts';
import type { RefusalHeaders } from '../middleware/wire-errors.ts';
import { page, redirect } from './browser-answers.ts';
import { errorPage } from './pages.ts';
import { kindOf } from './routes.ts';

/** A refusal in the form of its route: back to the client, a page for a person, or the JSON of RFC 6749 section 5.2. */
export function respond({ event }: Invocation, error: GatewayError, headers: RefusalHeaders): HttpResponse | undefined {
  if (error instanceof RedirectedError) return redirect(error.location);
  const kind = kindOf(event.rawPath);
  const { status } = errorRow(error.code);
  if (kind === 'api') return json(status, errorBody(error, status), headers);
  if (kind !== 'page') return undefined;
  const { requestId } = event.requestContext;
  const problem = { title: titleOf(status), text: textOf(error, status), requestId };
  return withHeaders(
    page(status, (nonce) => errorPage(problem, nonce)),
    headers,
  );
}

function errorBody(error: GatewayError, status: number) {
  if (error instanceof OAuthError) return { error: error.error, error_description: error.description };
  return { error: status >= 500 ? 'server_error' : 'invalid_request', error_description: error.hint };
}

function titleOf(status: number): string {
  return status >= 500 ? 'Sign-in does not work now' : 'This sign-in cannot go on';
}

function textOf(error: GatewayError, status: number): string {
  if (status >= 500) return 'Something that it needs does not answer. Wait a moment first.';
  const text = error.hint.charAt(0).toUpperCase() + error.hint.slice(1);
  return text.endsWith('.') ? text : `${text}.`;
}
