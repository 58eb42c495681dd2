// A Lambda authorizer for API Gateway HTTP APIs, payload format 2.0 with simple responses: docs/verify-in-your-backend.md.
// Set its cache to 0 seconds: an assertion is good for one request. It sees no body, so the function behind it has to
// compare the body's hash with `bodyHash` in its authorizer context.
import { createVerifier } from './verify-gatehouse.mjs';

const { GATEHOUSE_URL, GATEHOUSE_AUDIENCE } = process.env;
const verify = createVerifier({ issuer: GATEHOUSE_URL, audience: GATEHOUSE_AUDIENCE });

export async function handler({ headers, rawPath, rawQueryString, requestContext }) {
  const assertion = (headers.authorization ?? '').replace(/^Bearer /, '');
  const request = { assertion, method: requestContext.http.method, path: rawPath, query: rawQueryString };
  try {
    const { sub, tool, scope, body_hash: bodyHash } = await verify({ ...request, bodyLater: true });
    return { isAuthorized: true, context: { sub, tool, scope, bodyHash } };
  } catch (error) {
    // Anything else than a refusal is a failure of the authorizer, which API Gateway answers with 500.
    if (error.status === 401) return { isAuthorized: false };
    throw error;
  }
}
