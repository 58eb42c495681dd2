import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../cli/dev/network.ts';
import { makeCertificate } from '../support/certificate.ts';
import { print, runScript } from '../support/script.ts';
import { createAwsApi } from './aws-api.ts';
import { createCdk } from './cdk.ts';
import { backendDev } from './chapters/dev-backend.ts';
import { callDev } from './chapters/dev-calls.ts';
import { checkDev } from './chapters/dev-checks.ts';
import { deployDev } from './chapters/dev-deploy.ts';
import { changeDev, endDev } from './chapters/dev-lifecycle.ts';
import { relayDev } from './chapters/dev-relay.ts';
import { beginLog, trailDev } from './chapters/dev-trail.ts';
import { prodChapter } from './chapters/prod.ts';
import { API_HOSTS, type Doors, openDoors } from './doors.ts';
import { awsEnvironment, type Environment, enter } from './environment.ts';
import { type MiniStack, startMiniStack } from './ministack.ts';
import { createSealerClock } from './sealer-clock.ts';
import { createStory, type Story } from './story.ts';
import { startIssuer, type World } from './world.ts';

const help = `Usage: npm run test:deploy

A real "cdk deploy" into an AWS account on this machine, used and taken down again. Nothing here reaches AWS. It needs
Linux x64 and Python 3.11 or newer, and takes a few minutes (docs/testing-a-deploy.md).`;

const LIMIT_MS = 15 * 60_000;

/** What has to be gone when it ends, however it ends. */
interface Stage {
  readonly work: string;
  ministack: MiniStack | undefined;
  doors: Doors | undefined;
  aborted: boolean;
}

async function openAccount(stage: Stage, story: Story): Promise<World | undefined> {
  const { work } = stage;
  let world: World | undefined;
  await story.chapter('an AWS account on this machine', async (step) => {
    const port = await findFreePort();
    const certificate = makeCertificate(API_HOSTS);
    const throughDoors = proxied(work, certificate.cert, port + 3);
    const sealerClock = createSealerClock(work);
    const running = await step('MiniStack is fetched and starts', () =>
      startMiniStack({ port, work, environment: { ...throughDoors, ...sealerClock.environment } }),
    );
    stage.ministack = running;
    const { endpoint } = running;
    const doors = await openDoors({ endpoint, certificate, functionUrlPort: port + 2, proxyPort: port + 3 });
    stage.doors = doors;
    const environment = awsEnvironment(running.endpoint, work);
    enter(environment);
    const cdk = createCdk(environment, work);
    await step('cdk bootstrap', () => cdk.bootstrap());
    const issuer = `http://127.0.0.1:${port + 1}`;
    const api = createAwsApi(running.endpoint);
    world = {
      ministack: running,
      environment,
      cdk,
      api,
      issuer,
      issuerPort: port + 1,
      doors,
      setSealerAhead: sealerClock.setAhead,
    };
  });
  return world;
}

/** The environment in which a function finds the https URL of an API that the emulator has: by `fetch`, of Node 24. */
function proxied(work: string, certificate: string, port: number): Environment {
  const file = join(work, 'ca.pem');
  writeFileSync(file, certificate);
  return {
    NODE_EXTRA_CA_CERTS: file,
    NODE_USE_ENV_PROXY: '1',
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
    NO_PROXY: '127.0.0.1,localhost',
  };
}

async function tellDev(world: World, { chapter }: Story): Promise<void> {
  await chapter('a dev stack, with tokens of the embedded identity provider', async (step) => {
    const gateway = await deployDev(world, step);
    const idp = await startIssuer(world, gateway.url);
    try {
      await beginLog(world, step);
      const alice = await callDev(world, gateway, step);
      await checkDev(world, gateway, alice, step);
      await backendDev(world, gateway, alice, step);
      await changeDev(world, gateway, alice, step);
      await idp.close();
      await relayDev(world, gateway, alice, step);
      await trailDev(world, gateway, step);
      await endDev(world, step);
    } finally {
      await idp.close();
    }
  });
}

async function cleanUp({ ministack, doors, work }: Stage): Promise<void> {
  await doors?.close();
  await ministack?.stop();
  rmSync(work, { recursive: true, force: true });
}

function abortOnSignal(stage: Stage, print: (line: string) => void): void {
  const abort = async (why: string): Promise<never> => {
    print(`${why}: stopping`);
    // What still runs fails from here on, which says nothing.
    stage.aborted = true;
    await cleanUp(stage);
    process.exit(1);
  };
  process.once('SIGINT', () => void abort('interrupted'));
  process.once('SIGTERM', () => void abort('terminated'));
  setTimeout(() => void abort(`not done after ${LIMIT_MS / 60_000} minutes`), LIMIT_MS).unref();
}

async function tellStory(): Promise<boolean> {
  const work = mkdtempSync(join(tmpdir(), 'gatehouse-deploy-'));
  const stage: Stage = { work, ministack: undefined, doors: undefined, aborted: false };
  const say = (line: string) => {
    if (!stage.aborted) print(line);
  };
  const story = createStory({ print: say, evidence: () => stage.ministack?.logTail() ?? '' });
  abortOnSignal(stage, say);
  try {
    const world = await openAccount(stage, story);
    if (world !== undefined) {
      await tellDev(world, story);
      await story.chapter('a prod stack, with a Cognito user pool', (step) => prodChapter(world, step));
    }
  } finally {
    await cleanUp(stage);
  }
  return story.end();
}

await runScript({ help, options: {}, run: tellStory });
