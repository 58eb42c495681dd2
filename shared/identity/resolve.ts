import { randomBytes } from 'node:crypto';
import type { Dynamo, Item } from '../aws/dynamodb.ts';
import { AuditKey } from '../core/audit-key.ts';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import { ulid } from '../core/ids.ts';
import type { Account, Principal, Uid } from '../core/principal.ts';
import { linkKey, userKey } from './keys.ts';

/**
 * issuer + subject → uid: the one place that decides which user of ours a principal is. Change the mapping here
 * (docs/change-identity-mapping.md). Never by e-mail: addresses are reassigned and unverified.
 */
export interface Identity {
  /**
   * The account, created on first sight under `auto`. A disabled one is returned: refusing it is the caller's step.
   * `until`: epoch milliseconds; what is not known by then is refused, so that time is left to record the call.
   *
   * @throws GatewayError ACCOUNT_UNKNOWN under `deny`, IDENTITY_UNAVAILABLE when the table cannot be reached
   */
  resolve(principal: Who, until?: number): Promise<Account>;
  /** The account, if there is one. Creates nobody. */
  find(principal: Who): Promise<Account | undefined>;
}

type Who = Pick<Principal, 'issuer' | 'subject'>;

export interface IdentityOptions {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly clock: Clock;
  readonly provisioning: 'auto' | 'deny';
}

/** A link without a user is a creation cut short; it is finished while this young and refused afterwards. */
const REPAIR_MS = 60_000;
const CACHED_LINKS = 5000;
/** Each operation has its own limit anyway. */
const FOREVER = Number.POSITIVE_INFINITY;

interface Link {
  readonly uid: Uid;
  readonly createdAt: number;
}

export function createIdentity({ dynamo, table, clock, provisioning }: IdentityOptions): Identity {
  /** Links never change, so they are remembered; the state of the user is read on every call. */
  const links = new Map<string, Link>();

  const left = (until: number) => ({ withinMs: until - clock() });
  const readLink = async (who: Who, until: number): Promise<Link | undefined> => {
    const key = linkKey(who.issuer, who.subject);
    const cached = links.get(key.pk);
    if (cached) return cached;
    const item = await dynamo.get(table, key, left(until));
    return item && remember(links, key.pk, toLink(item));
  };
  const createLink = async (who: Who, until: number): Promise<Link> => {
    const key = linkKey(who.issuer, who.subject);
    const now = clock();
    const link: Link = { uid: `usr_${ulid(clock)}` as Uid, createdAt: now };
    const item = { ...key, ...link, issuer: who.issuer, subject: who.subject };
    const result = await dynamo.putIfAbsent(table, item, left(until));
    if (result.created) return remember(links, key.pk, link);
    // Another instance was first: its link is the one.
    const winner = result.existing ?? (await dynamo.get(table, key, { consistent: true, ...left(until) }));
    if (winner === undefined) throw new Error('a link vanished');
    return remember(links, key.pk, toLink(winner));
  };
  const createUser = async ({ uid }: Link, until: number): Promise<Account> => {
    const auditKey = newAuditKey();
    const item = { ...userKey(uid), uid, status: 'active', roles: [], auditKey, createdAt: clock() };
    const result = await dynamo.putIfAbsent(table, item, left(until));
    if (result.created) return toAccount(uid, item);
    const existing = result.existing ?? (await dynamo.get(table, userKey(uid), { consistent: true, ...left(until) }));
    return toAccount(uid, existing);
  };
  const readUser = async (link: Link, mayCreate: boolean, until: number): Promise<Account> => {
    const item = await dynamo.get(table, userKey(link.uid), left(until));
    if (item !== undefined) return toAccount(link.uid, item);
    const fresh = await dynamo.get(table, userKey(link.uid), { consistent: true, ...left(until) });
    if (fresh !== undefined) return toAccount(link.uid, fresh);
    // Users are disabled, never deleted. An old link without a user is damage, and nothing may resurrect somebody.
    const young = clock() - link.createdAt < REPAIR_MS;
    return young && mayCreate ? createUser(link, until) : { uid: link.uid, status: 'disabled', roles: [] };
  };

  return {
    find: (who) =>
      guarded(async () => {
        const link = await readLink(who, FOREVER);
        return link && readUser(link, false, FOREVER);
      }),
    resolve: (who, until = FOREVER) =>
      guarded(async () => {
        const link = await readLink(who, until);
        if (link) return readUser(link, provisioning === 'auto', until);
        if (provisioning === 'deny') throw new GatewayError('ACCOUNT_UNKNOWN', { reason: 'not_provisioned' });
        const made = await createLink(who, until);
        return clock() - made.createdAt < REPAIR_MS ? createUser(made, until) : readUser(made, false, until);
      }),
  };
}

/** Fails closed: without the table nobody is known. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError('IDENTITY_UNAVAILABLE', { reason: 'identity_store_failed', cause: error });
  }
}

function remember(links: Map<string, Link>, key: string, link: Link): Link {
  const oldest = links.keys().next().value;
  if (links.size >= CACHED_LINKS && oldest !== undefined) links.delete(oldest);
  links.set(key, link);
  return link;
}

/** A spoiled link must not become an account that several people share, and must not be remembered. */
function toLink(item: Item): Link {
  const { uid, createdAt } = item;
  if (typeof uid !== 'string' || !uid.startsWith('usr_')) throw new Error('a link without a uid');
  return { uid: uid as Uid, createdAt: Number(createdAt) };
}

/** 32 random bytes, base64url. */
export function newAuditKey(): string {
  return randomBytes(32).toString('base64url');
}

function toAccount(uid: Uid, item: Item | undefined): Account {
  const roles = item?.['roles'];
  const auditKey = AuditKey.read(item?.['auditKey']);
  return {
    uid,
    // Anything but the exact word is not active.
    status: item?.['status'] === 'active' ? 'active' : 'disabled',
    roles: Array.isArray(roles) ? roles.filter((role): role is string => typeof role === 'string') : [],
    ...(auditKey === undefined ? {} : { auditKey }),
  };
}
