import { z } from 'zod';
import { backendsSettings } from './backend-settings.ts';
import { flag, jsonText, type Parameter, parameter } from './parameter-types.ts';

/** Parameters about what tools call. docs/add-a-backend.md has the whole story. */
export const BACKEND_PARAMETERS = {
  backends: parameter(
    z.preprocess(jsonText, backendsSettings).optional(),
    'Addresses of the services in shared/backends, by their names: a JSON object of { url } and, where needed, audience, secretArn, tokenUrl, region.',
    '{"crm":{"url":"https://crm.acme.com/api"}}',
    'none',
  ),
  demoBackend: parameter(
    flag.default(false),
    'Deploy the demo backend, a notes and CRM service of its own, and offer the tools that call it.',
    'true',
    'false; true in npm run dev',
  ),
} as const satisfies Record<string, Parameter<unknown>>;
