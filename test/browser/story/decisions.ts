import { HeadlessProvider, signInBy } from '../../../cli/demo/sign-in.ts';
import type { Check } from '../check.ts';
import { whoIs } from './local-client.ts';
import {
  allow,
  answerOf,
  backAt,
  deny,
  headingOf,
  KNOWN_CLIENT,
  open,
  play,
  type Stage,
  shoot,
  signInAs,
  textOf,
} from './stage.ts';

/** Allow and deny, each to its end. */
export function decisionChecks(stage: Stage): readonly Check[] {
  const { origin } = stage;
  const gateway = new URL(origin).host;
  return [
    {
      name: 'the official client registers, is named, is allowed, alice signs in, and its calls are hers',
      look: () =>
        play(stage, async ({ page, client }) => {
          const listener = await client('listener');
          const provider = new HeadlessProvider(undefined, listener.redirectUri);
          const seen: string[] = [];
          const session = await signInBy({
            url: `${origin}/mcp`,
            provider,
            login: async (authorization) => {
              await page.goto(authorization.href);
              seen.push(await headingOf(page), await textOf(page, '.note'));
              await shoot(page, 'consent');
              await allow(page);
              await page.waitForURL(/\/login\//);
              await shoot(page, 'login');
              await signInAs(page, 'alice');
              await backAt(page, listener);
              await shoot(page, 'back-at-the-client');
              return new URL(page.url());
            },
          });
          const { structuredContent } = await session.client.callTool({ name: 'whoami', arguments: {} });
          await session.client.close();
          seen.push((structuredContent as { readonly subject: string }).subject);
          const note =
            'Not verified. The program chose this name itself, and nobody has checked it. Allow it only if you know the program and have just started this yourself.';
          return { found: seen, expected: [`Let “Gatehouse demo” use ${gateway}?`, note, 'alice'] };
        }),
    },
    ...[true, false].map((javaScriptEnabled) => ({
      name: `a known client is allowed and gets a code for a token, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`,
      look: () =>
        play(
          stage,
          async ({ page, client }) => {
            const program = await client('Claude Code', { clientId: KNOWN_CLIENT });
            const heading = await open(page, program);
            if (javaScriptEnabled) await shoot(page, 'consent-known-client');
            await allow(page);
            await signInAs(page, 'bob');
            await backAt(page, program);
            const [answer] = program.answers;
            const who = await whoIs(origin, await program.redeem(answer));
            return {
              found: { heading, answers: program.answers.length, answer: answerOf(answer), who },
              expected: {
                heading: `Let “Claude Code” use ${gateway}?`,
                answers: 1,
                answer: { code: 'sealed', state: program.state, iss: origin },
                who: 'bob',
              },
            };
          },
          { javaScriptEnabled },
        ),
    })),
    ...[true, false].map((javaScriptEnabled) => ({
      name: `a client that is denied is told so, with its state and our issuer, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`,
      look: () =>
        play(
          stage,
          async ({ page, client }) => {
            const program = await client('Notes helper');
            await open(page, program);
            await deny(page);
            await backAt(page, program);
            if (javaScriptEnabled) await shoot(page, 'denied');
            return {
              found: program.answers.map(answerOf),
              expected: [{ error: 'access_denied', state: program.state, iss: origin }],
            };
          },
          { javaScriptEnabled },
        ),
    })),
    {
      name: 'who allowed one client, and is still signed in, is asked again for the next one, by its name',
      look: () =>
        play(stage, async ({ page, client }) => {
          const [first, second] = [await client('First helper'), await client('Second helper')];
          await open(page, first);
          await allow(page);
          await signInAs(page, 'alice');
          await backAt(page, first);
          const heading = await open(page, second);
          const before = second.answers.length;
          await shoot(page, 'consent-second-client');
          await allow(page);
          await backAt(page, second);
          const who = await whoIs(origin, await second.redeem(second.answers[0]));
          return {
            found: { heading, before, who },
            expected: { heading: `Let “Second helper” use ${gateway}?`, before: 0, who: 'alice' },
          };
        }),
    },
  ];
}
