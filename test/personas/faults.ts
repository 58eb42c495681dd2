type Json = Record<string, unknown>;

/** What goes wrong between a client and the servers: an edit of every answer, or of every request. */
export interface Fault {
  readonly answer?: (at: URL, answer: Answer) => Answer;
  readonly request?: (at: URL, form: URLSearchParams | undefined) => void;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const FORM = 'application/x-www-form-urlencoded';

/** A fetch with the fault in it, for the client and for the browser. */
export function withFault(send: typeof fetch, { answer, request }: Fault): typeof fetch {
  return async (input, init) => {
    const url = new URL(String(input));
    const isForm = new Headers(init?.headers).get('content-type') === FORM;
    const form = isForm ? new URLSearchParams(String(init?.body)) : undefined;
    request?.(url, form);
    const response = await send(url, form === undefined ? init : { ...init, body: form.toString() });
    if (answer === undefined) return response;
    const whole = { status: response.status, headers: new Headers(response.headers), text: await response.text() };
    const { status, headers, text } = answer(url, whole);
    return new Response([202, 204, 304].includes(status) ? null : text, { status, headers });
  };
}

const isServerDocument = ({ pathname }: URL) =>
  /\/\.well-known\/(oauth-authorization-server|openid-configuration)/.test(pathname);
const isResourceDocument = ({ pathname }: URL) => pathname.startsWith('/.well-known/oauth-protected-resource');
const isMcp = ({ pathname }: URL) => pathname === '/mcp';
const isToken = ({ pathname }: URL) => pathname === '/token';

function edited(answer: Answer, edit: (json: Json) => Json): Answer {
  if (answer.status !== 200) return answer;
  const headers = new Headers(answer.headers);
  headers.delete('content-length');
  return { ...answer, headers, text: JSON.stringify(edit(JSON.parse(answer.text) as Json)) };
}

export const inServerMetadata = (edit: (json: Json) => Json): Fault => ({
  answer: (at, answer) => (isServerDocument(at) ? edited(answer, edit) : answer),
});

export const inResourceMetadata = (edit: (json: Json) => Json): Fault => ({
  answer: (at, answer) => (isResourceDocument(at) ? edited(answer, edit) : answer),
});

export const inTokens = (edit: (json: Json) => Json): Fault => ({
  answer: (at, answer) => (isToken(at) ? edited(answer, edit) : answer),
});

export const withoutResourceDocumentAt = (path: string): Fault => ({
  answer: (at, answer) => (at.pathname === path ? { ...answer, status: 404 } : answer),
});

/** In the redirect back to the client: those are the ones that carry a code. */
export const inCallback = (edit: (back: URL) => void): Fault => ({
  answer: (_at, answer) => {
    const location = answer.headers.get('location');
    if (location === null || !URL.canParse(location) || !new URL(location).searchParams.has('code')) return answer;
    const back = new URL(location);
    edit(back);
    const headers = new Headers(answer.headers);
    headers.set('location', back.toString());
    return { ...answer, headers };
  },
});

/** Of the gateway's own refusals. An undefined challenge is none. */
export const inChallenge = (status: number, edit: (challenge: string) => string | undefined): Fault => ({
  answer: (at, answer) => {
    const challenge = answer.headers.get('www-authenticate');
    if (!isMcp(at) || answer.status !== status || challenge === null) return answer;
    const headers = new Headers(answer.headers);
    const changed = edit(challenge);
    if (changed === undefined) headers.delete('www-authenticate');
    else headers.set('www-authenticate', changed);
    return { ...answer, headers };
  },
});

/** In the text of the gateway's answers to messages. */
export const inMessages = (edit: (text: string) => string): Fault => ({
  answer: (at, answer) => {
    if (!isMcp(at)) return answer;
    const headers = new Headers(answer.headers);
    headers.delete('content-length');
    return { ...answer, headers, text: edit(answer.text) };
  },
});

export const answeredInPlaceOf = (path: string, status: number, text: string): Fault => ({
  answer: (at, answer) => (at.pathname === path ? { ...answer, status, text } : answer),
});

/** 403 becomes 401, as a gateway would answer that takes a disabled user for a bad token. */
export const forbiddenAsUnauthorized: Fault = {
  answer: (at, answer) =>
    isMcp(at) && answer.status === 403 && !answer.headers.has('www-authenticate') ? { ...answer, status: 401 } : answer,
};

/** As if nobody had asked for a resource, or the provider did not care. */
export const resourceLost: Fault = {
  request: (at, form) => {
    at.searchParams.delete('resource');
    form?.delete('resource');
  },
};

/** As of providers that list scopes which not every client may have. */
export const openidRefused: Fault = {
  answer: (at, answer) => {
    const asked = at.searchParams.get('scope')?.split(' ') ?? [];
    if (at.pathname !== '/auth' || !asked.includes('openid')) return answer;
    const back = new URL(at.searchParams.get('redirect_uri') ?? '');
    back.searchParams.set('error', 'invalid_scope');
    back.searchParams.set('state', at.searchParams.get('state') ?? '');
    back.searchParams.set('iss', at.origin);
    return { status: 303, headers: new Headers({ location: back.toString() }), text: '' };
  },
};
