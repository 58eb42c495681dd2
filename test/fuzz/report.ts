import fc from 'fast-check';

/** `holds`, or what broke it with the seed to repeat it by: `fc.check(property, { seed, path })`. */
export async function report(property: fc.IAsyncProperty<unknown>, numRuns: number): Promise<string> {
  const done = await fc.check(property, { numRuns });
  return done.failed ? `${fc.defaultReportMessage(done)}\n${String(done.errorInstance)}` : 'holds';
}
