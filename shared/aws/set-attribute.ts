import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoOptions, Key } from './dynamodb.ts';

export interface Attribute {
  readonly name: string;
  readonly value: string;
}

/**
 * Sets one attribute of an item that exists, and touches no other: whatever somebody else changes meanwhile stays. Returns
 * whether there is such an item. For the command line: functions change no item.
 */
export type SetAttribute = (table: string, key: Key, attribute: Attribute) => Promise<boolean>;

export function createSetAttribute({ limits: _patient, ...options }: DynamoOptions = {}): SetAttribute {
  const client = new DynamoDBClient(options);
  return async (table, key, { name, value }) => {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: marshall(key),
      UpdateExpression: 'SET #name = :value',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: marshall({ ':value': value }),
    });
    try {
      await client.send(command);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
}
