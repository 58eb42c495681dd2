import { JwtVerifier } from 'aws-jwt-verify';
import type { HttpEvent } from '../../../functions/middleware/chain.ts';
import { readFixture } from './fixture.ts';

const { issuer, resource, jwks } = readFixture();
const verifier = JwtVerifier.create({ issuer, audience: resource, jwksUri: `${issuer}/jwks` });
verifier.cacheJwks(jwks as unknown as Parameters<typeof verifier.cacheJwks>[0]);

/** One verification by aws-jwt-verify alone, its keys cached. */
export const handler = async (event: HttpEvent) => {
  await verifier.verify(event.headers['authorization']?.slice('Bearer '.length) ?? '');
  return { statusCode: 200 };
};
