import { verifyMap } from './read-archive.ts';
import { MUTATIONS, tryMutation, untouched } from './table.ts';

/** `npm run audit:mutations`: every mutation at the first, a middle and the last place, and how the verifier names it. */
const POSITIONS = [0, 0.5, 1];

const base = await untouched();
const clean = await verifyMap(base.archive, base.signer.vkey);
const { records } = clean;
const { seals, emptyMinutes, backfills } = clean.checked;
console.log(
  `Untouched: ${records} records, ${seals} seals (${emptyMinutes} empty minutes, ${backfills} backfills): ${clean.verdict}, ${clean.findings.length} findings.\n`,
);
console.log(`${'mutation'.padEnd(86)}  ${'found as'.padEnd(26)}  exit  named`);
let missed = clean.findings.length;
for (const mutation of MUTATIONS) {
  const trials = [];
  for (const at of POSITIONS) trials.push(await tryMutation(mutation, at));
  const found = trials.filter(({ finding }) => finding !== undefined);
  if (found.length < POSITIONS.length) missed++;
  const exits = [...new Set(trials.map(({ report }) => report.exit))].join(',');
  const named = trials.map(
    ({ named }) =>
      named.record ?? named.object ?? (named.seal === undefined ? (named.day ?? 'the log') : `seal ${named.seal}`),
  );
  const as =
    found.length === POSITIONS.length
      ? mutation.found
      : `MISSED ${POSITIONS.length - found.length}: ${Object.keys(trials.find(({ finding }) => !finding)?.report.counts ?? {})}`;
  console.log(`${mutation.name.padEnd(86)}  ${as.padEnd(26)}  ${exits.padEnd(4)}  ${named[1]}`);
}
console.log(`\n${MUTATIONS.length} mutations, each at ${POSITIONS.length} places; ${missed} missed.`);
if (missed > 0) process.exitCode = 1;
