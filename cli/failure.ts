/** Something the person at the terminal can mend: printed as one sentence, without a stack. */
export class Failure extends Error {
  override readonly name = 'Failure';
}
