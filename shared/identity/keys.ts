import { hash } from 'node:crypto';
import type { Key } from '../aws/dynamodb.ts';

/** Link: who at which issuer → our uid. NUL keeps (`a`, `bc`) and (`ab`, `c`) apart. */
export function linkKey(issuer: string, subject: string): Key {
  return { pk: `IDP#${hash('sha256', `${issuer}\0${subject}`, 'hex')}`, sk: 'LINK' };
}

export function userKey(uid: string): Key {
  return { pk: `USER#${uid}`, sk: 'USER' };
}
