import type { z } from 'zod';
import { type Answer, refuse } from './answer.ts';
import type { UserData } from './data.ts';

export interface Route {
  readonly method: string;
  readonly path: string;
  /** Checked here too: a backend must not count on who stands before it. */
  readonly scope: string;
  readonly run: (input: unknown, data: UserData) => Answer | Promise<Answer>;
}

/** `input`: the JSON body, or the query as texts. */
export function route<Input>(
  method: string,
  path: string,
  scope: string,
  schema: z.ZodType<Input>,
  run: (input: Input, data: UserData) => Answer | Promise<Answer>,
): Route {
  return {
    method,
    path,
    scope,
    run: (given, data) => {
      const { success, data: input } = schema.safeParse(given);
      return success ? run(input, data) : refuse(400, 'invalid_input');
    },
  };
}
