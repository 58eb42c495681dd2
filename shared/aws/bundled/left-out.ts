/** Never reached: what needs it is known when the stack is synthesised. If it is, the call fails, and says why. */
export function leftOut(what: string): () => Promise<never> {
  return async () => {
    throw new Error(`${what} was left out of this bundle, since no parameter of this deployment needs it`);
  };
}
