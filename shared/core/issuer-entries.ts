import { z } from 'zod';
import { IDP_PRESETS } from './config.ts';
import { readJson } from './json-value.ts';
import { algorithmNames, audiences, claim, clientIds, flag, scopePrefix, url } from './parameter-types.ts';

const entry = z.strictObject({
  idp: z.enum(IDP_PRESETS),
  issuer: url.optional(),
  audience: audiences,
  allowedClientIds: clientIds,
  scopePrefix,
  algorithms: algorithmNames,
  requireAtJwt: flag.optional(),
  claims: z.strictObject({ subject: claim, scope: claim, clientId: claim, roles: claim }).optional(),
});

/** One of the parameter `issuers`: what the parameters of the same names are for the primary one. */
export type IssuerEntry = z.output<typeof entry>;

/** JSON text, or a list in cdk.json. */
export const issuerEntries = z.preprocess(readJson, z.array(entry, 'must be a JSON array of issuers')).optional();
