import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

type Collect = NonNullable<DynamoDBClientConfig['streamCollector']>;

/**
 * The bytes of an answer. The SDK's own way first asks whether they come as a stream of the web platform, for which Node
 * loads all of those, and then pipes (docs/adr/0011).
 */
export const collectBody: Collect = (stream: NodeJS.ReadableStream) =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => resolve(Buffer.concat(chunks)));
    stream.on('error', reject);
  });
