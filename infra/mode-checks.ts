import type { Parameters } from '../shared/core/parameters.ts';
import { judgeDirect, judgeMetadata, type Verdict } from '../shared/idp/judge-mode.ts';
import type { Preset } from '../shared/idp/preset.ts';
import { PRESETS } from '../shared/idp/presets.ts';
import { makesAppClient } from './idp-checks.ts';
import { type Problem, wrong } from './problem.ts';

export type Mode = NonNullable<Parameters['authorizationServer']>;

export function modeOf({ idp, authorizationServer }: Pick<Parameters, 'idp' | 'authorizationServer'>): Mode {
  return authorizationServer ?? PRESETS[idp].defaultAuthorizationServer;
}

/** Whether the provider of the primary issuer fits the mode, and whether its endpoints are known. */
export function checkMode(parameters: Parameters): Problem[] {
  return [...checkVerdict(parameters), ...checkEndpoints(parameters)];
}

/** The relay needs a client of its own at the provider, and nothing of its metadata or answers. */
const JUDGES: Readonly<Record<Mode, (preset: Preset) => Verdict>> = {
  direct: judgeDirect,
  metadata: judgeMetadata,
  relay: () => ({ verdict: 'good', why: '' }),
};

/** What is known not to work is not deployed: users would meet it as a client that cannot connect. */
function checkVerdict(parameters: Parameters): Problem[] {
  const { idp } = parameters;
  const mode = modeOf(parameters);
  const { verdict, why } = JUDGES[mode](PRESETS[idp]);
  if (verdict !== 'refused') return [];
  return [
    wrong('authorizationServer', mode, `cannot work with idp=${idp}: ${why}`, mode === 'direct' ? 'metadata' : 'relay'),
  ];
}

function checkEndpoints(parameters: Parameters): Problem[] {
  const { idp } = parameters;
  const { endpoints, endpointsElsewhere } = PRESETS[idp];
  if (modeOf(parameters) !== 'metadata' || makesAppClient(parameters) || endpoints) return [];
  const needed = ['authorizationEndpoint', 'tokenEndpoint', 'jwksEndpoint'] as const;
  const problem = `is needed with authorizationServer=metadata and idp=${idp}: ${endpointsElsewhere}`;
  return needed.filter((name) => parameters[name] === undefined).map((name) => wrong(name, undefined, problem));
}

/** Which mode the deploy has and why, for the person who runs it. */
export function modeNote(parameters: Pick<Parameters, 'idp' | 'authorizationServer'>): string {
  const { idp, authorizationServer: given } = parameters;
  const mode = modeOf(parameters);
  const chosen = given === undefined ? `the default of idp=${idp}` : `as given, with idp=${idp}`;
  return `authorizationServer=${mode}, ${chosen}: ${REASONS[mode](PRESETS[idp])}`;
}

const REASONS: Readonly<Record<Mode, (preset: Preset) => string>> = {
  direct: (preset) => {
    if (preset.can.s256 === 'unknown') {
      return 'clients read its own metadata, which has to announce S256; use metadata if it does not';
    }
    const { verdict, why } = judgeDirect(preset);
    return `clients read its own metadata${verdict === 'good' ? ', which announces what they need' : `; ${why}`}`;
  },
  metadata: (preset) => {
    const { verdict, why } = judgeDirect(preset);
    const reason = verdict === 'good' ? 'its own metadata would do as well' : why;
    return `${reason}. Clients read our document over its endpoints and need a client id typed in`;
  },
  relay: () => 'clients sign in at the gateway, which is one client of the provider',
};
