/**
 * Stands in for the SDK's event streams in the bundles of functions. DynamoDB has none; the SDK imports them lazily for
 * every service, and with them all modules they share with it would stay whole.
 */
export class EventStreamSerde {
  constructor() {
    throw new Error('this bundle has no event streams');
  }
}

export const eventStreamSerdeProvider = undefined;

/** Of the client of S3, whose one operation with event streams nobody here uses. */
export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config;
