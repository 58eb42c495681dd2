/** Who asks: a person's browser, or a client by itself. */
export type RouteKind = 'page' | 'api';

interface Route {
  readonly kind: RouteKind;
  readonly method: 'GET' | 'POST';
}

export const ROUTES = {
  '/oauth/authorize': { kind: 'page', method: 'GET' },
  '/oauth/consent': { kind: 'page', method: 'POST' },
  '/oauth/callback': { kind: 'page', method: 'GET' },
  '/oauth/token': { kind: 'api', method: 'POST' },
  '/oauth/revoke': { kind: 'api', method: 'POST' },
  '/oauth/register': { kind: 'api', method: 'POST' },
} as const satisfies Record<string, Route>;

export type RoutePath = keyof typeof ROUTES;

export function isRoute(path: string): path is RoutePath {
  return Object.hasOwn(ROUTES, path);
}

export function kindOf(path: string): RouteKind | undefined {
  return isRoute(path) ? ROUTES[path].kind : undefined;
}
