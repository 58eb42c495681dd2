import { findFreePort } from '../../../cli/dev/network.ts';
import { followLogin } from '../../../cli/dev/person.ts';
import { type DevGateway, startDev } from '../../../cli/dev/start.ts';
import { captureLog } from '../../support/log.ts';
import { Stopped } from '../driver/stopped.ts';
import type { Cast } from '../story.ts';
import type { Way } from './columns.ts';

/** A gateway that personas are sent to. */
export interface Target {
  /** As users type it in; ends in `/mcp`. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly cast: Cast;
}

/** Starts each gateway when it is first asked for, and only once. */
export interface Gateways {
  open(way: Way): Promise<Target>;
  stop(): Promise<void>;
}

export function createGateways(): Gateways {
  const started = new Map<string, Promise<DevGateway>>();
  const providers = new Map<object, number>();
  const start = async ({ context, createIdp }: Way) =>
    startDev({
      port: await findFreePort(),
      context: { ...context, demoBackend: 'false' },
      createIdp,
      log: captureLog().log,
    });
  return {
    open: async (way) => {
      const { context, createIdp } = way;
      if (!providers.has(createIdp)) providers.set(createIdp, providers.size);
      const key = JSON.stringify([context, providers.get(createIdp)]);
      const starting = started.get(key) ?? start(way);
      started.set(key, starting);
      const { state } = await starting;
      return {
        url: state.url,
        fetch,
        cast: castAt({ send: fetch, narrow: ['starter.whoami'], asksConsent: way.asksConsent }),
      };
    },
    stop: async () => {
      for (const starting of started.values()) await (await starting).stop();
    },
  };
}

export interface CastOptions {
  readonly send: typeof fetch;
  readonly narrow: readonly string[];
  readonly asksConsent: boolean;
}

/** The users of the embedded identity provider at a browser that gets out through `send`. */
export function castAt({ send, narrow, asksConsent }: CastOptions): Cast {
  return {
    narrow,
    signIn: async (user, authorization) => {
      let asked = 0;
      const back = await followLogin(authorization, user, { saw: () => asked++, fetch: send }).catch(
        (error: unknown) => {
          const why = error instanceof Error ? error.message : String(error);
          throw new Stopped('authorization', 'page', `the sign-in ended on a page: ${why}`);
        },
      );
      if (asked !== (asksConsent ? 1 : 0))
        throw new Stopped('authorization', 'consent', `consent was asked ${asked} times`);
      return back;
    },
  };
}
