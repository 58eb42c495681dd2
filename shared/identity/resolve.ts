import type { Dynamo, Item } from '../aws/dynamodb.ts';
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
   *
   * @throws GatewayError ACCOUNT_UNKNOWN under `deny`, IDENTITY_UNAVAILABLE when the table cannot be reached
   */
  resolve(principal: Who): Promise<Account>;
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

interface Link {
  readonly uid: Uid;
  readonly createdAt: number;
}

export function createIdentity({ dynamo, table, clock, provisioning }: IdentityOptions): Identity {
  /** Links never change, so they are remembered; the state of the user is read on every call. */
  const links = new Map<string, Link>();

  const readLink = async (who: Who, consistent: boolean): Promise<Link | undefined> => {
    const key = linkKey(who.issuer, who.subject);
    const cached = links.get(key.pk);
    if (cached) return cached;
    const item = await dynamo.get(table, key, { consistent });
    return item && remember(links, key.pk, toLink(item));
  };
  const createLink = async (who: Who): Promise<Link> => {
    const key = linkKey(who.issuer, who.subject);
    const now = clock();
    const link: Link = { uid: `usr_${ulid(clock)}` as Uid, createdAt: now };
    const result = await dynamo.putIfAbsent(table, { ...key, ...link, issuer: who.issuer, subject: who.subject });
    if (result.created) return remember(links, key.pk, link);
    // Another instance was first: its link is the one.
    const winner = result.existing ?? (await dynamo.get(table, key, { consistent: true }));
    if (winner === undefined) throw new Error('a link vanished');
    return remember(links, key.pk, toLink(winner));
  };
  const createUser = async ({ uid }: Link): Promise<Account> => {
    const item = { ...userKey(uid), uid, status: 'active', roles: [], createdAt: clock() };
    const result = await dynamo.putIfAbsent(table, item);
    if (result.created) return { uid, status: 'active', roles: [] };
    const existing = result.existing ?? (await dynamo.get(table, userKey(uid), { consistent: true }));
    return toAccount(uid, existing);
  };
  const readUser = async (link: Link, mayCreate: boolean): Promise<Account> => {
    const item = await dynamo.get(table, userKey(link.uid));
    if (item !== undefined) return toAccount(link.uid, item);
    const fresh = await dynamo.get(table, userKey(link.uid), { consistent: true });
    if (fresh !== undefined) return toAccount(link.uid, fresh);
    // Users are disabled, never deleted. An old link without a user is damage, and nothing may resurrect somebody.
    const young = clock() - link.createdAt < REPAIR_MS;
    return young && mayCreate ? createUser(link) : { uid: link.uid, status: 'disabled', roles: [] };
  };

  return {
    find: (who) =>
      guarded(async () => {
        const link = await readLink(who, false);
        return link && readUser(link, false);
      }),
    resolve: (who) =>
      guarded(async () => {
        const link = await readLink(who, false);
        if (link) return readUser(link, provisioning === 'auto');
        if (provisioning === 'deny') throw new GatewayError('ACCOUNT_UNKNOWN', { reason: 'not_provisioned' });
        const made = await createLink(who);
        return clock() - made.createdAt < REPAIR_MS ? createUser(made) : readUser(made, false);
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

function toLink(item: Item): Link {
  return { uid: String(item['uid']) as Uid, createdAt: Number(item['createdAt']) };
}

function toAccount(uid: Uid, item: Item | undefined): Account {
  const roles = item?.['roles'];
  return {
    uid,
    // Anything but the exact word is not active.
    status: item?.['status'] === 'active' ? 'active' : 'disabled',
    roles: Array.isArray(roles) ? roles.filter((role): role is string => typeof role === 'string') : [],
  };
}
