import type { AuthMode } from './mode.ts';

/** The backend gets no proof of anything: for what everybody may ask, such as a public API. */
export interface NoAuth {
  readonly mode: 'none';
}

export const noAuth: AuthMode = { headers: [], credentials: async () => ({ headers: {} }) };
