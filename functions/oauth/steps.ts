import { GatewayError } from '../../shared/core/errors.ts';
import type { Invocation, Step } from '../middleware/chain.ts';
import { checkOrigin } from '../middleware/cors.ts';
import type { RequestContext } from '../middleware/request-context.ts';
import { isRoute, kindOf, ROUTES, type RoutePath } from './routes.ts';

export interface Routed {
  readonly path: RoutePath;
  /** For the log line of the request. */
  readonly note: { readonly endpoint: RoutePath; client?: string };
}

/** Finds the endpoint of a path, and refuses a method that it does not have. */
export function routeTo(hasRegistration: boolean): Step<Invocation & RequestContext, Routed> {
  return {
    name: 'routeTo',
    before: ({ http }) => {
      const { path } = http;
      if (!isRoute(path) || (path === '/oauth/register' && !hasRegistration)) {
        throw new GatewayError('NOT_FOUND', { hint: 'There is no such endpoint.' });
      }
      const { method, kind } = ROUTES[path];
      if (http.method !== method) {
        throw new GatewayError('METHOD_NOT_ALLOWED', { allow: [method, ...(kind === 'api' ? ['OPTIONS'] : [])] });
      }
      return { path, note: { endpoint: path } };
    },
  };
}

const anyOrigin = checkOrigin('*');

/** Clients that run in a browser exchange and register from any origin; no cookie is read there. Pages are for nobody's script. */
export const openApiToTheWeb: Step<Invocation & RequestContext, object> = {
  name: 'openApiToTheWeb',
  seal: (call, response, error) =>
    kindOf(call.event.rawPath) === 'api' ? (anyOrigin.seal?.(call, response, error) ?? response) : response,
};

const FORM = 'application/x-www-form-urlencoded';

/** The body, if it is of the media type that its endpoint takes and no larger than that. */
export function bodyOf({ http }: RequestContext, type: string = FORM, maxBytes = 32_768): string {
  const sent = http.headers['content-type'] ?? '';
  if (sent.split(';', 1)[0]?.trim().toLowerCase() !== type || sent.includes(',')) {
    throw new GatewayError('UNSUPPORTED_MEDIA_TYPE', { hint: `send Content-Type: ${type}` });
  }
  if (!['', 'identity'].includes(http.headers['content-encoding'] ?? '')) {
    throw new GatewayError('UNSUPPORTED_MEDIA_TYPE', { hint: 'send the body without Content-Encoding' });
  }
  if (Buffer.byteLength(http.body) > maxBytes) {
    throw new GatewayError('BODY_TOO_LARGE', { hint: `the body is larger than ${maxBytes / 1024} KB` });
  }
  return http.body;
}
