export interface NetRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** A text must be written as the URL parser writes it (target.ts). */
  readonly url: URL | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Limits {
  /** Over everything: resolving, connecting, sending and the whole body. */
  readonly timeoutMs: number;
  /** Of the answer's body. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
  /** Bodies of other answers are not read: an empty one comes instead. By default all are. */
  readonly wantsBody?: (status: number) => boolean;
}

export interface NetAnswer {
  readonly status: number;
  /** Those that the policy lets in; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * One request and its answer, whatever the status: a redirect is an answer, and its target is not asked.
 *
 * @throws NetError
 */
export type Send = (request: NetRequest, limits: Limits) => Promise<NetAnswer>;
