import type { Call } from '../question/question.ts';
import { isoTimeOf } from '../question/row.ts';
import { factsOf } from './facts.ts';

/**
 * One call as a CloudEvent 1.0 in the JSON format (CloudEvents specification, "Required Attributes"; JSON Event Format
 * section 3). `id` has the phase in it: an open call that ends later is another event of the same source.
 *
 * @param source URI-reference of the log that it is from
 */
export function toCloudEvent(call: Call, source: string): Readonly<Record<string, unknown>> {
  const { row, state, field, list, last } = factsOf(call);
  const { callId, kind, time: _time, uid, ...rest } = row;
  const time = isoTimeOf(row);
  return {
    specversion: '1.0',
    id: String(last['sk'] ?? callId),
    source,
    type: kind === 'call' ? `gatehouse.audit.call.${state}` : `gatehouse.audit.${kind}`,
    ...(time === undefined ? {} : { time }),
    ...(uid === null ? {} : { subject: uid }),
    datacontenttype: 'application/json',
    data: {
      callId,
      uid,
      ...rest,
      state,
      issuer: field('issuer') ?? null,
      scopes: list('scopes') ?? [],
      sourceIp: field('sourceIp') ?? null,
      userAgent: field('ua') ?? null,
      requestId: field('requestId') ?? null,
      revision: field('revision') ?? null,
      argsDigest: field('argsDigest') ?? null,
      hash: typeof last['hash'] === 'string' ? last['hash'] : null,
    },
  };
}
