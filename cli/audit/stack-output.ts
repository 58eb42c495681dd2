import { stackOutputs } from '../../shared/aws/cloudformation.ts';
import { stackProblem } from '../aws-failure.ts';
import { Failure } from '../failure.ts';

/** @throws Failure when the stack cannot be read, or has no such output */
export async function outputOf(stack: string, name: string): Promise<string> {
  return outputIn(await outputsOf(stack), stack, name);
}

/** @throws Failure when the stack cannot be read */
export async function outputsOf(stack: string): Promise<ReadonlyMap<string, string>> {
  try {
    return await stackOutputs(stack);
  } catch (error) {
    throw new Failure(`The stack ${stack} cannot be read: ${stackProblem(error)} For the dev gateway add --local.`);
  }
}

/** @throws Failure when there is no such output */
export function outputIn(outputs: ReadonlyMap<string, string>, stack: string, name: string): string {
  const value = outputs.get(name);
  if (value === undefined)
    throw new Failure(`The stack ${stack} has no output ${name}. Is it deployed from this version?`);
  return value;
}
