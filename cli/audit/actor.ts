import { userInfo } from 'node:os';
import type { Actor } from '../../shared/audit/events.ts';
import { callerArn } from '../../shared/aws/caller-identity.ts';
import { createSignedPost } from '../../shared/aws/signed-post.ts';
import { sentenceOf } from '../aws-failure.ts';
import { Failure } from '../failure.ts';

export function localActor(): Actor {
  return { issuer: 'local', subject: userInfo().username };
}

/** Whoever AWS says that runs this. @throws Failure: a reading without a name would be none of the record */
export async function awsActor(): Promise<Actor> {
  try {
    return { issuer: 'aws', subject: await callerArn(createSignedPost({ post: fetch, env: process.env })) };
  } catch (error) {
    throw new Failure(
      `AWS does not say who you are: ${sentenceOf(error)} Every reading is recorded with a name. Check your credentials.`,
    );
  }
}
