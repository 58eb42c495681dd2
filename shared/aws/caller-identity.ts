import type { SignedPost } from './signed-post.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
const BODY = 'Action=GetCallerIdentity&Version=2011-06-15';

/**
 * The ARN by which AWS knows whoever runs this, from STS GetCallerIdentity: no policy can refuse it, and nobody can claim
 * to be somebody else.
 *
 * @throws Error without credentials or region, and when STS refuses them
 */
export async function callerArn(post: SignedPost): Promise<string> {
  const { status, text } = await post('sts', FORM, BODY);
  const arn = /<Arn>(arn:[^<\s]{1,500})<\/Arn>/.exec(text)?.[1];
  if (status !== 200 || arn === undefined) throw new Error(`STS answered ${status}.`);
  return arn;
}
