import type { ReadSecret } from '../../core/secret.ts';
import { leftOut } from './left-out.ts';

/** Stands in for secrets.ts where nothing of the deployment has a secret. */
export function createReadSecret(): ReadSecret {
  return leftOut('Secrets Manager');
}
