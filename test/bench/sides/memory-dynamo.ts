import type { Dynamo, Item } from '../../../shared/aws/dynamodb.ts';

/** One item that answers as link, as user and as key of the month. Nothing is kept: what is measured is the caller, not a map that grows. */
export const KNOWN_USER: Item = {
  pk: 'USER#usr_01ARZ3NDEKTSV4RRFFQ69G5FAV',
  sk: 'USER',
  uid: 'usr_01ARZ3NDEKTSV4RRFFQ69G5FAV',
  status: 'active',
  roles: [],
  auditKey: 'k'.repeat(43),
  secret: 'k'.repeat(43),
  createdAt: 1_795_507_200_000,
};

export const memoryDynamo: Dynamo = {
  get: async () => KNOWN_USER,
  putIfAbsent: async () => ({ created: true }),
  put: async () => undefined,
  delete: async () => undefined,
  query: async () => ({ items: [], cursor: undefined }),
};
