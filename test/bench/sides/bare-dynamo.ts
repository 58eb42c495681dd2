import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

/** What any function that writes one item pays. */
export const handler = async () => {
  await client.send(new PutItemCommand({ TableName: 'audit', Item: { pk: { S: 'a' }, sk: { S: 'b' } } }));
  return { statusCode: 200 };
};
