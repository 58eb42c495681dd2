/** Metadata of an object: names in lower case, ASCII values. */
export type Metadata = Readonly<Record<string, string>>;

export interface StoredObject {
  readonly body: Uint8Array;
  readonly metadata: Metadata;
}

export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Objects that are written once: a bucket, or a folder that stands in for one. There is no way to replace or delete one.
 * Keys are relative paths of `A-Z a-z 0-9 . _ = -` parts. Whatever fails or hangs rejects in bounded time.
 */
export interface Objects {
  /** `created: false`: an object of this key was there, and is unchanged. */
  putIfAbsent(
    key: string,
    body: Uint8Array,
    options?: { readonly metadata?: Metadata; readonly contentType?: string },
  ): Promise<{ readonly created: boolean }>;
  get(key: string): Promise<StoredObject | undefined>;
  /** Of all keys that begin so, in ascending order. */
  list(prefix: string): AsyncIterable<ListedObject>;
  /** Object Lock's legal hold (S3 User Guide, "Legal holds"): on, nobody can delete it before it is off. */
  hold(key: string, on: boolean): Promise<void>;
}

const KEY = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.=-]+(?:\/[\w.=-]+)*$/;

/** @throws Error for a key that could lead out of a folder, or that not every store keeps as it is */
export function requireKey(key: string): string {
  if (key.length <= 512 && KEY.test(key)) return key;
  throw new Error('an object has a key of at most 512 characters A-Z a-z 0-9 . _ = - in parts between slashes');
}
