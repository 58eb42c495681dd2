import { stackOutputs } from '../../shared/aws/cloudformation.ts';
import { Failure } from '../failure.ts';

/** @throws Failure when the stack cannot be read, or has no such output */
export async function outputOf(stack: string, name: string): Promise<string> {
  let outputs: ReadonlyMap<string, string>;
  try {
    outputs = await stackOutputs(stack);
  } catch (error) {
    const cause = error instanceof Error ? error.message : 'unknown';
    throw new Failure(`The stack ${stack} cannot be read: ${cause} For the dev gateway add --local.`);
  }
  const value = outputs.get(name);
  if (value === undefined)
    throw new Failure(`The stack ${stack} has no output ${name}. Is it deployed from this version?`);
  return value;
}
