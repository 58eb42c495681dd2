import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { memoryDynamo } from './memory-dynamo.ts';
import { createReference } from './sdk-reference.ts';

const client = new DynamoDBClient({});

/** The SDK's client as it comes. */
export const handler = createReference({
  ...memoryDynamo,
  get: async (TableName, key) => {
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: marshall(key) }));
    return Item && unmarshall(Item);
  },
  putIfAbsent: async (TableName, item) => {
    const ConditionExpression = 'attribute_not_exists(pk)';
    await client.send(new PutItemCommand({ TableName, Item: marshall(item), ConditionExpression }));
    return { created: true };
  },
});
