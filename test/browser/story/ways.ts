import type { Check } from '../check.ts';
import { whoIs } from './local-client.ts';
import { allow, answerOf, backAt, deny, headingOf, open, play, type Stage, shoot, signInAs } from './stage.ts';

/** The ways that people take which no diagram has: back, reload, two tabs. */
export function wayChecks(stage: Stage): readonly Check[] {
  const { origin } = stage;
  const asks = (name: string) => `Let “${name}” use ${new URL(origin).host}?`;
  return [
    {
      name: 'back from the login page: asked again, and allowing again ends at the client',
      look: () =>
        play(stage, async ({ page, client }) => {
          const program = await client('Helper');
          await open(page, program);
          await allow(page);
          await page.waitForURL(/\/login\//);
          await page.goBack();
          const heading = await headingOf(page);
          await shoot(page, 'back-after-allow');
          await allow(page);
          await signInAs(page, 'alice');
          await backAt(page, program);
          const who = await whoIs(origin, await program.redeem(program.answers[0]));
          return {
            found: { heading, answers: program.answers.length, who },
            expected: { heading: asks('Helper'), answers: 1, who: 'alice' },
          };
        }),
    },
    {
      name: 'back from the client after deny: asked again, and the second answer counts',
      look: () =>
        play(stage, async ({ page, client }) => {
          const program = await client('Helper');
          await open(page, program);
          await deny(page);
          await backAt(page, program);
          await page.goBack();
          const heading = await headingOf(page);
          await shoot(page, 'back-after-deny');
          await allow(page);
          await signInAs(page, 'alice');
          await backAt(page, program);
          const said = { state: program.state, iss: origin };
          return {
            found: { heading, answers: program.answers.map(answerOf) },
            expected: {
              heading: asks('Helper'),
              answers: [
                { error: 'access_denied', ...said },
                { code: 'sealed', ...said },
              ],
            },
          };
        }),
    },
    {
      name: 'back from the client after it has its code: nothing is sent to it a second time',
      look: () =>
        play(stage, async ({ page, client }) => {
          const program = await client('Helper');
          await open(page, program);
          await allow(page);
          await signInAs(page, 'alice');
          await backAt(page, program);
          await page.goBack();
          await shoot(page, 'back-after-the-end');
          const isClient = page.url().startsWith(program.redirectUri);
          return { found: { answers: program.answers.length, isClient }, expected: { answers: 1, isClient: false } };
        }),
    },
    {
      name: 'a reloaded consent page works as the first one',
      look: () =>
        play(stage, async ({ page, client }) => {
          const program = await client('Helper');
          await open(page, program);
          await page.reload();
          const heading = await headingOf(page);
          await allow(page);
          await signInAs(page, 'alice');
          await backAt(page, program);
          return {
            found: { heading, answers: program.answers.map(answerOf) },
            expected: { heading: asks('Helper'), answers: [{ code: 'sealed', state: program.state, iss: origin }] },
          };
        }),
    },
    {
      name: 'two clients in two tabs at once, steps mixed: each gets its own code, which opens for it alone',
      look: () =>
        play(stage, async ({ page, client, newTab }) => {
          const [left, right] = [await client('Left helper'), await client('Right helper')];
          const other = await newTab();
          const headings = [await open(page, left), await open(other, right)];
          await allow(other);
          await allow(page);
          // At once, as clients do; and the provider ends alice's code when bob signs in to the same browser.
          await signInAs(page, 'alice');
          await backAt(page, left);
          const who = [await whoIs(origin, await left.redeem(left.answers[0]))];
          await signInAs(other, 'bob');
          await backAt(other, right);
          const states = [left.answers, right.answers].map((answers) => answers.map((answer) => answer.get('state')));
          const crossed = await left.redeem(right.answers[0]).catch(({ message }: Error) => message);
          who.push(await whoIs(origin, await right.redeem(right.answers[0])));
          return {
            found: { headings, states, crossed, who },
            expected: {
              headings: [asks('Left helper'), asks('Right helper')],
              states: [[left.state], [right.state]],
              crossed: 'the token endpoint answered 400 invalid_grant',
              who: ['alice', 'bob'],
            },
          };
        }),
    },
  ];
}
