import { z } from 'zod';
import { givenSettings } from './backend-settings.ts';
import { readJson } from './json-value.ts';
import { flag, list, type Parameter, parameter, text } from './parameter-types.ts';

/** Parameters about what tools call. docs/add-a-backend.md has the whole story. */
export const BACKEND_PARAMETERS = {
  backends: parameter(
    z.preprocess(readJson, givenSettings).optional(),
    'Addresses of the services in shared/backends, by their names: a JSON object of { url } or { functionArn } and, where needed, audience, secretArn, tokenUrl, resources, region.',
    '{"crm":{"url":"https://crm.acme.com/api"}}',
    'none',
  ),
  forwardTokenTo: parameter(
    list(text(/^[\w-]{1,64}$/, 'must be the name of a backend')),
    'Backends of the mode forward-token that may get the tokens of users as they are. Read docs/add-a-backend.md first.',
    'legacy',
    'none',
  ),
  isolation: parameter(
    z.enum(['none', 'iam']).default('none'),
    'What keeps what tools store of one user from another: none, the code alone; iam, also a session of a role for each user, which can reach nothing else.',
    'iam',
    'none',
  ),
  demoBackend: parameter(
    flag.default(false),
    'Deploy the demo backend, a notes and CRM service of its own, and offer the tools that call it.',
    'true',
    'false; true in npm run dev',
  ),
} as const satisfies Record<string, Parameter<unknown>>;
