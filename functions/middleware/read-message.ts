import type { LogFields } from '../../shared/core/logger.ts';
import type { Dispatcher } from '../../shared/mcp/dispatch.ts';
import { type ReadJson, readJson } from '../../shared/protocol/json-text.ts';
import { type Message, readMessage as readMcpMessage, readRestCall } from '../../shared/protocol/read-message.ts';
import type { Invocation, Step } from './chain.ts';
import type { RequestContext } from './request-context.ts';

/** Text → JSON, on its own so that a message refused afterwards still gets its id echoed. */
export const readBody: Step<Invocation & RequestContext, ReadJson> = {
  name: 'readBody',
  before: ({ event, http }) =>
    toolInPath(event) !== undefined && http.body.trim() === '' ? { body: {} } : readJson(http.body),
};

/** JSON → one message of a known revision, from either door. The log gets names of ours only, never a client's text. */
export function readMessage(
  dispatcher: Dispatcher,
): Step<Invocation & RequestContext & ReadJson, { readonly message: Message; readonly note: LogFields }> {
  return {
    name: 'readMessage',
    before: ({ event, http, body, flaw }) => {
      if (flaw) throw flaw;
      const tool = toolInPath(event);
      const message = tool === undefined ? readMcpMessage(body, http.headers) : readRestCall(tool, body, http.headers);
      const { method, name } = dispatcher.describe(message);
      return { message, note: { door: message.door, revision: message.revision.name, method, tool: name } };
    },
  };
}

/** Set by API Gateway for the route `ANY /tools/{name}`, percent-decoded. */
function toolInPath(event: Invocation['event']): string | undefined {
  return event.pathParameters?.['name'];
}
