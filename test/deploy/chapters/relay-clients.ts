import assert from 'node:assert/strict';
import { seedDisabledUser } from '../../../cli/dev/start.ts';
import { createDynamo } from '../../../shared/aws/dynamodb.ts';
import { runPersonas, unexpectedEnds } from '../../personas/run-personas.ts';
import type { Step } from '../story.ts';
import type { Gateway, World } from '../world.ts';

/** What `npm run personas` finds on one machine, found at the deployed relay. */
export async function connectClients({ issuer }: World, { url, fetch, outputs }: Gateway, step: Step): Promise<void> {
  await step('ChatGPT, Claude, Codex, VS Code, Cursor and the others live their whole lives at it', async () => {
    await seedDisabledUser(createDynamo(), outputs['IdentitiesTable'] ?? '', issuer);
    const { warn } = console;
    // The SDK tells of each expired token.
    console.warn = () => undefined;
    const ends = await runPersonas({ url, fetch, asksConsent: true }).finally(() => {
      console.warn = warn;
    });
    assert.deepEqual(unexpectedEnds(ends, 'relay', ['url', 'registration']), []);
  });
}
