/** Providers that people ask for and that cannot work: name → why, and the way out. */
export const REFUSED: ReadonlyMap<string, { readonly why: string; readonly instead: string }> = new Map([
  [
    'google',
    {
      why: 'cannot be used directly: its access tokens are opaque, and an ID token is no access token. Let a provider that issues JWTs sign users in with Google, for example Cognito with Google as an identity provider of its pool',
      instead: 'cognito',
    },
  ],
]);
