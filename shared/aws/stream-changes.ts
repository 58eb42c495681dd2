import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from './dynamodb.ts';

/** What DynamoDB Streams says of one write (DynamoDB Developer Guide, "Change data capture for DynamoDB Streams"). */
export interface StreamChange {
  readonly kind: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** Decimal digits; rises within a shard of the stream, and is the same in each delivery. */
  readonly sequence: string;
  /** One per change, the same in each delivery. */
  readonly id: string;
  readonly after: Item | undefined;
  readonly before: Item | undefined;
  /** Deleted by the table's own expiry, and by nobody. */
  readonly byExpiry: boolean;
}

/** One entry of an event, as Lambda delivers it. */
export interface StreamEntry {
  readonly eventID?: string | undefined;
  readonly eventName?: string | undefined;
  readonly userIdentity?: { readonly type?: string; readonly principalId?: string } | undefined;
  readonly dynamodb?:
    | {
        readonly SequenceNumber?: string | undefined;
        readonly NewImage?: object | undefined;
        readonly OldImage?: object | undefined;
      }
    | undefined;
}

const KINDS: ReadonlySet<string> = new Set(['INSERT', 'MODIFY', 'REMOVE']);

/** @throws Error for an entry that is no change, or with a number that a double cannot hold */
export function readChange({ eventID, eventName, userIdentity, dynamodb }: StreamEntry): StreamChange {
  const sequence = dynamodb?.SequenceNumber;
  if (eventID === undefined || sequence === undefined || !/^\d{1,40}$/.test(sequence)) {
    throw new Error('a stream entry without an id or a sequence number');
  }
  if (eventName === undefined || !KINDS.has(eventName)) throw new Error('a stream entry of an unknown kind');
  return {
    kind: eventName as StreamChange['kind'],
    sequence,
    id: eventID,
    after: image(dynamodb?.NewImage),
    before: image(dynamodb?.OldImage),
    byExpiry: userIdentity?.type === 'Service' && userIdentity.principalId === 'dynamodb.amazonaws.com',
  };
}

function image(marshalled: object | undefined): Item | undefined {
  return marshalled && unmarshall(marshalled as Record<string, AttributeValue>);
}

/** The entry that a stream would have for a new item: for where there is no stream. */
export function toStreamEntry(item: Item, sequence: number): StreamEntry {
  return {
    eventID: `local${sequence}`,
    eventName: 'INSERT',
    dynamodb: { SequenceNumber: String(sequence + 1), NewImage: marshall(item, { removeUndefinedValues: true }) },
  };
}
