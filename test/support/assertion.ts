import type { AssertionClaims } from '../../shared/backend/assertion.ts';
import type { Uid } from '../../shared/core/principal.ts';

export const GATEWAY = 'https://mcp.example.com';
export const BACKEND = 'https://crm.example.com';

/** A call of a user as a backend is told about it. */
export function assertionClaims(overrides: Partial<AssertionClaims> = {}): AssertionClaims {
  return {
    audience: BACKEND,
    uid: 'usr_01K9Z6V3M4Q8T2X7B5N1C0D9EF' as Uid,
    principal: { issuer: 'https://login.example.com', subject: 'auth0|alice', clientId: 'client-1' },
    tool: 'crmGetSalesSummary',
    scopes: ['crm.read', 'crm.reports'],
    requestId: 'request-1',
    request: { method: 'POST', path: '/v1/sales/summary', query: 'year=2025&quarter=4', body: '{"detail":true}' },
    ...overrides,
  };
}
