/** Whether a backend has auth `assertion`: only then there is a key. There is no table of backends yet. */
export function usesAssertions(): boolean {
  return false;
}
