import { beforeAll, expect, test } from '@jest/globals';
import { ANYWHERE, IN_PROCESS } from './properties.ts';
import { REGISTRY } from './registry.ts';
import { report } from './report.ts';
import { createInProcess, type InProcess } from './subject.ts';

/** Runs of a property whose share is 100. `npm run fuzz -- 20000` makes more of all of them. */
const RUNS = 500;

let subject: InProcess;
beforeAll(async () => {
  subject = await createInProcess(REGISTRY);
});

test.each([...ANYWHERE, ...IN_PROCESS])('through the handlers: $name', async ({ share, make }) => {
  expect(await report(make(subject), (RUNS * share) / 100)).toBe('holds');
});
