import { GatewayError } from '../../shared/core/errors.ts';
import type { Invocation, Step } from './chain.ts';
import type { RequestContext } from './request-context.ts';

/** Routes that are only read: everything but GET and HEAD is refused. */
export const readsOnly: Step<Invocation & RequestContext, object> = {
  name: 'readsOnly',
  before: ({ http }) => {
    if (http.method !== 'GET' && http.method !== 'HEAD') {
      throw new GatewayError('METHOD_NOT_ALLOWED', { allow: ['GET', 'HEAD', 'OPTIONS'] });
    }
    return {};
  },
};

/** HEAD: the status and headers of GET without its body (RFC 9110 section 9.3.2), of refusals too. */
export const withoutBodyOnHead: Step<Invocation, object> = {
  name: 'withoutBodyOnHead',
  seal: ({ event }, response) => (event.requestContext.http.method === 'HEAD' ? { ...response, body: '' } : response),
};
