import { hash } from 'node:crypto';
import { systemClock } from '../../../shared/core/clock.ts';
import { benchDynamo, TABLES } from './bench-dynamo.ts';
import { factsOfCall } from './trail-facts.ts';

/**
 * A plain strict writer, as this project had it before the full trail: the same facts in two items, each with a SHA-256
 * over its JSON, and a condition. Nothing of arguments and results, no canonical form, no second sink.
 */
export const handler = async () => {
  const { principal, userAgent: ua, requestedName: _name, ...facts } = factsOfCall(systemClock());
  const ts = systemClock();
  const day = new Date(ts).toISOString().slice(0, 10).replaceAll('-', '');
  const shard = Number.parseInt(hash('sha256', facts.callId, 'hex').slice(0, 2), 16) % 4;
  const { tokenId, ...who } = principal;
  const common = { ...facts, ...who, tokenId: hash('sha256', tokenId, 'hex').slice(0, 32), ua, ts, tenant: 'default' };
  const intent = hashed({ ...common, pk: `D#${day}#0${shard}`, sk: `${facts.callId}#0`, decision: 'allowed', v: 1 });
  await benchDynamo.putIfAbsent(TABLES.audit, intent);
  const index = { gsi1pk: `U#default#${facts.uid}`, gsi1sk: facts.callId };
  const end = { isError: false, latencyMs: 3, prevPhaseHash: intent.hash, sk: `${facts.callId}#1` };
  await benchDynamo.putIfAbsent(TABLES.audit, hashed({ ...intent, ...index, ...end }));
  return { statusCode: 200 };
};

function hashed<T extends { readonly pk: string; readonly sk: string }>(fields: T): T & { readonly hash: string } {
  return { ...fields, hash: hash('sha256', JSON.stringify({ ...fields, hash: undefined }), 'hex') };
}
