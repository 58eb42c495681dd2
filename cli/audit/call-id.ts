import { CALL_ID } from '../../shared/audit/item-keys.ts';
import { WrongUsage } from '../failure.ts';

const EXAMPLE = '019ab845-6a00-7abc-8def-0123456789ab';

/** The id of a call as records have it; capitals are the same id (RFC 9562). @throws WrongUsage saying what is wrong */
export function toCallId([text, ...more]: readonly string[]): string {
  if (text === undefined) throw new WrongUsage(`Say which call, by its id. Example: ${EXAMPLE}`);
  if (more.length > 0) throw new WrongUsage(`One call at a time: ${more.join(' ')} is too much.`);
  const id = text.toLowerCase();
  if (!CALL_ID.test(id)) throw new WrongUsage(`${text} is no id of a call. It looks like ${EXAMPLE}.`);
  return id;
}
