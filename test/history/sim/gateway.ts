import type { Context } from 'aws-lambda';
import { createHandler } from '../../../functions/mcp/handler.ts';
import type { McpPorts } from '../../../functions/mcp/ports.ts';
import type { Handler } from '../../../functions/middleware/chain.ts';
import { createDynamo, type Dynamo } from '../../../shared/aws/dynamodb.ts';
import type { Log } from '../../../shared/core/logger.ts';
import { NetError } from '../../../shared/net/net-error.ts';
import type { Registry } from '../../../shared/registry/index.ts';
import { testConfig } from '../../support/config.ts';
import type { PlannedCall } from '../plan.ts';
import { type Act, createAct, createOffer } from './offer.ts';
import type { PlaceOf } from './operations.ts';
import { eventOf } from './requests.ts';
import { getJson, type Tokens } from './tokens.ts';
import { createWire } from './wire.ts';
import {
  type Actor,
  ask,
  countHit,
  createActor,
  createInstance,
  endInstance,
  type Instance,
  type World,
} from './world.ts';

export const TABLES = { identities: 'identities', audit: 'audit', state: 'state', seals: 'seals' } as const;

/** What of a gateway may be replaced by something that is wrong. */
export interface Sabotage {
  readonly dynamo?: (real: Dynamo, world: World) => Dynamo;
  readonly registry?: (real: Registry, act: Act) => Registry;
  readonly handler?: (real: Handler, act: Act) => Handler;
}

/** One request as it was delivered, and what came back. */
export interface Delivery {
  readonly actor: Actor;
  readonly call: PlannedCall;
  readonly requestId: string;
  /** How far the clock of its instance was ahead when it came; milliseconds. */
  readonly ahead: number;
  /** Undefined when the instance ended before it answered. */
  answer: { readonly order: number; readonly status: number; readonly body: string } | undefined;
}

export interface Label {
  readonly name: string;
  readonly requestId: string;
  readonly isAgain: boolean;
}

export interface Gateway {
  deliver(call: PlannedCall, as: Label): Promise<Delivery>;
}

const CREDENTIALS = { accessKeyId: 'simulated', secretAccessKey: 'simulated' };
const LAMBDA_MS = 28_000;

const config = {
  ...testConfig(),
  backends: { demo: { url: 'https://ledger.example' } },
};

export function dynamoOver(world: World, instance: Instance, placeOf: PlaceOf): Dynamo {
  const requestHandler = createWire(world, instance, placeOf);
  return createDynamo({
    region: 'eu-west-1',
    credentials: CREDENTIALS,
    ...(requestHandler === undefined ? {} : { requestHandler }),
  });
}

interface Copy {
  readonly instance: Instance;
  readonly handler: Handler;
  isBusy: boolean;
}

/** The mcp function in as many copies as there are calls at once; a copy serves one event at a time. */
export function createGateway(world: World, tokens: Tokens, sabotage: Sabotage = {}): Gateway {
  const copies: Copy[] = [];
  const start = (actor: Actor): Copy => {
    const copy = startCopy(world, actor, `instance ${copies.length + 1}`, sabotage);
    copies.push(copy);
    return copy;
  };
  return {
    deliver: async (call, { name, requestId, isAgain }) => {
      const actor = createActor('call', name, call);
      const idle = copies.find(({ instance, isBusy }) => instance.isAlive && !isBusy);
      const copy = call.isFresh || idle === undefined ? start(actor) : idle;
      const { instance } = copy;
      instance.actor = actor;
      copy.isBusy = true;
      if (isAgain) countHit(world, actor, 'delivered twice');
      if (call.isFresh && copies.length > 1) countHit(world, actor, 'restart');
      const delivery: Delivery = { actor, call, requestId, ahead: instance.ahead, answer: undefined };
      world.note(
        actor.name,
        `arrives at ${instance.name}: ${call.action} by ${call.user}, key ${call.key}, ${call.door}`,
      );
      await new Promise<void>((done) => {
        instance.onEnd = () => {
          world.note(actor.name, `${instance.name} ended`);
          done();
        };
        const stop = world.time.after(LAMBDA_MS, () => endInstance(instance));
        const began = world.time.now();
        const lambda = { getRemainingTimeInMillis: () => LAMBDA_MS - (world.time.now() - began) } as Context;
        const event = eventOf(call, tokens[call.user], requestId);
        copy.handler(event, lambda).then(
          ({ statusCode = 0, body = '' }) => {
            if (!instance.isAlive) return;
            stop();
            const told = () => {
              delivery.answer = { order: world.tick(), status: statusCode, body };
              world.note(actor.name, `answered ${statusCode} ${body.slice(0, 160)}`);
            };
            void ask(world, instance, { at: 'answer', what: 'answer', carryOut: told }).then(() => done());
          },
          (error: unknown) => {
            world.problems.push(`the handler threw ${String(error)}`);
            done();
          },
        );
      });
      copy.isBusy = false;
      return delivery;
    },
  };
}

function startCopy(world: World, actor: Actor, name: string, sabotage: Sabotage): Copy {
  const instance = createInstance(name, actor);
  const dynamo = dynamoOver(world, instance, placeOf);
  const act = createAct(world, instance);
  const registry = createOffer(act);
  const clock = () => world.time.now() + instance.ahead;
  const ports: McpPorts = {
    clock,
    timer: world.time.now,
    log: logOf(world, instance),
    getJson,
    dynamo: sabotage.dynamo?.(dynamo, world) ?? dynamo,
    readSecret: never,
    signRequest: never,
    connect: () => async () => ledger(world, instance),
  };
  const env = {
    GATEHOUSE_CONFIG: JSON.stringify(config),
    IDENTITIES_TABLE: TABLES.identities,
    AUDIT_TABLE: TABLES.audit,
    STATE_TABLE: TABLES.state,
  };
  const handler = createHandler(env, ports, sabotage.registry?.(registry, act) ?? registry);
  return { instance, handler: sabotage.handler?.(handler, act) ?? handler, isBusy: false };
}

async function never(): Promise<never> {
  throw new Error('nothing here asks for this');
}

/** The backend: one effect a request, and answers that may get lost. */
async function ledger(world: World, instance: Instance) {
  const { name: by, worksMs } = instance.actor;
  const carryOut = () => void world.effects.push({ order: world.tick(), by, tool: 'forward', uid: '', key: undefined });
  const reply = await ask(world, instance, { at: 'effect', what: 'EFFECT forward', worksMs, carryOut });
  if (reply.kind === 'reset') throw new NetError('reset', true);
  if (reply.kind === 'failed') return { status: 503, headers: {}, body: Buffer.alloc(0) };
  if (reply.kind === 'throttled') return { status: 429, headers: {}, body: Buffer.alloc(0) };
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('{"n":1}') };
}

export function logOf(world: World, instance: Instance): Log {
  const make = (bound: object): Log => {
    const line = (level: string) => (event: string, fields?: object) => {
      if (!instance.isAlive) return;
      const { actor } = instance;
      const { name: by } = actor;
      const order = world.tick();
      const written = { order, at: world.time.now(), by, level, event, fields: { ...bound, ...fields } };
      world.lines.push(written);
      world.onLine(written, actor);
      if (level !== 'info') world.note(by, `logs ${event}`);
    };
    return {
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
      with: (fields) => make({ ...bound, ...fields }),
    };
  };
  return make({});
}

const PHASES: Readonly<Record<string, string>> = { '0': 'intent', '1': 'outcome', '9': 'denial', '5': 'event' };

const placeOf: PlaceOf = (operation, table, { pk = '', sk = '', state = 'reserved' }) => {
  if (table === TABLES.identities) return 'user';
  if (table === TABLES.audit) return PHASES[sk.split('#')[1] ?? ''] ?? 'event';
  if (pk.startsWith('KEYS#')) return 'month key';
  if (pk.startsWith('ONCE#')) return operation === 'delete' || state !== 'reserved' ? 'finish' : 'reserve';
  return 'store';
};
