import type { Wrong } from '../run-history.ts';
import * as gateways from './gateways.ts';
import * as jobs from './jobs.ts';

export interface Broken {
  readonly what: string;
  readonly wrong: Wrong;
  /** One of these rules says what is wrong with it. */
  readonly rules: readonly string[];
}

/** Parts that do one thing wrong, and who has to notice. The checker is worth what it catches. */
export const BROKEN: Readonly<Record<string, Broken>> = {
  'no-intent': { what: 'runs without an intent', wrong: gateways.noIntent, rules: ['one decision'] },
  'effect-before-intent': {
    what: 'runs before its intent is written',
    wrong: gateways.effectBeforeIntent,
    rules: ['intent first'],
  },
  'outcome-before-effect': {
    what: 'writes the outcome, then has the effect',
    wrong: gateways.outcomeBeforeEffect,
    rules: ['outcome last'],
  },
  'double-execution': { what: 'runs a repeated call again', wrong: gateways.runsAgain, rules: ['once'] },
  'lost-denial': { what: 'denies without a record', wrong: gateways.lostDenial, rules: ['one decision'] },
  'denied-runs': { what: 'denies, and runs it', wrong: gateways.deniedRuns, rules: ['refused is not run'] },
  'differing-is-success': {
    what: 'takes another record under its id for its own',
    wrong: gateways.differingIsSuccess,
    rules: ['told as recorded'],
  },
  'tells-otherwise': {
    what: 'answers that a failed call went well',
    wrong: gateways.tellsOtherwise,
    rules: ['told as recorded'],
  },
  'sweeps-young': { what: 'closes calls that are still running', wrong: jobs.closesYoung, rules: ['swept in time'] },
  'sweeps-some': { what: 'does not look at one shard', wrong: jobs.skipsSome, rules: ['no orphan'] },
  'sweeps-first-page': { what: 'reads one page', wrong: jobs.firstPageOnly, rules: ['no orphan'] },
  'sweeps-quietly': { what: 'closes calls and tells nobody', wrong: jobs.quietly, rules: ['alarmed'] },
  'replay-overwrites': { what: 'puts lines over what is there', wrong: jobs.overwrites, rules: ['written once'] },
  'replay-drops': { what: 'takes lines and writes nothing', wrong: jobs.drops, rules: ['one decision'] },
  'seals-some': { what: 'seals three of four shards', wrong: jobs.sealsSome, rules: ['sealed once'] },
  'signs-first': { what: 'signs before its claim is there', wrong: jobs.signsFirst, rules: ['claimed first'] },
  'no-backfill': { what: 'never seals what came late', wrong: jobs.noBackfill, rules: ['sealed once'] },
};
