/** What both infra and the code rely on: the roles of the functions name these, and nothing else of the table and the key. */

/** Where the keys are in the state table. Tools cannot name this partition (user-store.ts). */
export const KEYS_PARTITION = 'KEYS#assertion';

/** Values of `purpose` in the encryption context: who may open the one may not open the other. */
export const KEY_PURPOSES = {
  public: 'gatehouse-assertion-public-key',
  private: 'gatehouse-assertion-private-key',
} as const;
