import type { SignRequest } from '../sign-request.ts';
import { leftOut } from './left-out.ts';

/** Stands in for sign-request.ts where no request of the deployment is signed for AWS. */
export function createSignRequest(): SignRequest {
  return leftOut('request signing');
}
