import assert from 'node:assert/strict';
import { inventory, NOTHING } from '../account.ts';
import type { AwsApi, Json } from '../aws-api.ts';
import type { Outputs } from '../cdk.ts';
import { dropBranding, joinProviderUrl } from '../edits.ts';
import type { Step } from '../story.ts';
import { STACK, type World } from '../world.ts';
import { groupsChapter, importChapter } from './groups.ts';
import { relayProd } from './prod-relay.ts';
import { checkMetadata, checkUserPool } from './user-pool.ts';

/** `cdk deploy` as it stands: prod, with a user pool. What protects it, and what a destroy keeps. */
export async function prodChapter(world: World, step: Step): Promise<void> {
  const { api, cdk } = world;
  const outputs = await step('cdk deploy without a parameter makes a prod stack with a user pool', async () => {
    const made = await cdk.deploy({}, [joinProviderUrl, dropBranding]);
    assert.match(made['McpUrl'] ?? '', /\/mcp$/);
    return made;
  });
  await step('the user pool, its client, resource server and login page are as MCP clients need them', () =>
    checkUserPool(api, outputs),
  );
  await step('the deployed metadata leads to its login page', () => checkMetadata(world, outputs));
  await groupsChapter(world, outputs, step);
  await importChapter(world, outputs, step);
  await relayProd(world, outputs, step);
  await step('an item is written to each table', async () => {
    for (const table of tablesOf(outputs)) await dynamo(api, 'PutItem', { TableName: table, Item: ITEM });
  });
  // That no table can be deleted is not shown here: the emulator ignores the protection of a global table's replica.
  await step('cdk destroy is refused by the termination protection and touches nothing', async () => {
    const before = await inventory(api, STACK);
    await assert.rejects(cdk.destroy({}), /TerminationProtection is enabled/i);
    assert.deepEqual(await inventory(api, STACK), before);
  });
  await step(
    'without the protection cdk destroy removes API and functions and keeps pool, tables, items, seals and the log of mcp',
    async () => {
      const before = await inventory(api, STACK);
      await api.query('cloudformation', '2010-05-15', {
        Action: 'UpdateTerminationProtection',
        StackName: STACK,
        EnableTerminationProtection: 'false',
      });
      await cdk.destroy({});
      const { tables, userPools, alarms, dashboards } = before;
      const secrets = before.secrets.filter((name) => name.includes('RelayKeys'));
      assert.deepEqual([before.secrets.length, secrets.length], [2, 1]);
      assert.deepEqual([tables, userPools.length, dashboards.length], [tablesOf(outputs), 1, 1]);
      assert.ok(alarms.length > 5);
      const logGroups = before.logGroups.filter((name) => name.includes('McpLogs'));
      assert.equal(logGroups.length, 1);
      assert.deepEqual(await inventory(api, STACK), { ...NOTHING, tables, userPools, logGroups, secrets });
      for (const table of tables) {
        const { Item } = await dynamo(api, 'GetItem', { TableName: table, Key: ITEM });
        assert.deepEqual(Item, ITEM);
      }
    },
  );
}

const ITEM = { pk: { S: 'kept' }, sk: { S: 'kept' } };

function tablesOf(outputs: Outputs): readonly string[] {
  return ['AuditTable', 'IdentitiesTable', 'SealsTable', 'StateTable'].map((name) => outputs[name] ?? '').sort();
}

function dynamo(api: AwsApi, action: string, input: object): Promise<Json> {
  return api.json('dynamodb', `DynamoDB_20120810.${action}`, input);
}
