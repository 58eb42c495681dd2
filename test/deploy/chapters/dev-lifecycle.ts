import assert from 'node:assert/strict';
import { inventory, listed, NOTHING } from '../account.ts';
import { gatehouse } from '../cdk.ts';
import type { Step } from '../story.ts';
import { type Gateway, rpc, STACK, tokenOf, uidOf, type World } from '../world.ts';
import { devContext } from './dev-deploy.ts';

/** What a change of parameters keeps. */
export async function changeDev(world: World, gateway: Gateway, alice: string, step: Step): Promise<void> {
  await step('a deploy with changed parameters keeps every record and the uid of alice', async () => {
    const before = await trail(world);
    const context = { ...devContext(world), publicUrl: new URL(gateway.url).origin };
    const outputs = await world.cdk.deploy({ ...context, provisioning: 'deny', throttleRate: '7', throttleBurst: '9' });
    assert.deepEqual(outputs, gateway.outputs);
    const token = await tokenOf(world, gateway, 'alice');
    assert.equal(await uidOf(gateway, token), alice);
    const [newest = '', ...rest] = await trail(world);
    assert.deepEqual([rest, newest.includes(alice)], [before, true]);
  });

  await step('and has taken effect: newcomers are refused, the stage has the new throttle', async () => {
    const newcomer = await rpc(gateway, await tokenOf(world, gateway, 'mallory'), 'tools/list');
    const stages = await world.api.get('apigateway', `/v2/apis/${gateway.apiId}/stages`);
    // The emulator keeps these in the spelling of the template.
    const throttle = listed(stages['items'])[0]?.['defaultRouteSettings'];
    assert.deepEqual(
      [newcomer.status, newcomer.code, throttle],
      [403, 'ACCOUNT_UNKNOWN', { ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9 }],
    );
  });
}

/** With the relay, the largest that a dev stack gets. */
export async function endDev(world: World, step: Step): Promise<void> {
  await step('cdk destroy of a dev stack leaves nothing', async () => {
    const { tables, functions, secrets } = await inventory(world.api, STACK);
    assert.deepEqual([tables.length, functions.length, secrets.length], [4, 8, 1]);
    await world.cdk.destroy(devContext(world));
    assert.deepEqual(await inventory(world.api, STACK), NOTHING);
  });
}

async function trail({ environment }: World): Promise<readonly string[]> {
  const lines = await gatehouse(environment, 'audit', 'query', '--stack', STACK, '--json', '--limit', '500');
  return lines.trim().split('\n');
}
