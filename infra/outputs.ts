import { type GatewayConfig, relayCallbackUrl, resourceUrl } from '../shared/core/config.ts';
import type { Tables } from './constructs/tables.ts';

export interface Described {
  readonly config: GatewayConfig;
  readonly tables: Tables;
  /** Of the public client that the stack made, which people have to paste. */
  readonly clientId: string | undefined;
  /** The secret of the relay's seals. */
  readonly relayKeysArn: string | undefined;
}

/** What the person who deployed has to know next: name → value. */
export function stackOutputs({ config, tables, clientId, relayKeysArn }: Described): Readonly<Record<string, string>> {
  const url = resourceUrl(config);
  const withClient = clientId === undefined ? '' : `, OAuth client id ${clientId}, no client secret`;
  // ChatGPT makes a redirect URL for each plugin where the metadata promises no `iss` (RFC 9207), as ours cannot.
  const callbackNote =
    clientId === undefined ? '' : '; then deploy again with -c callbackUrls=<the redirect URL that the form shows>';
  return {
    McpUrl: url,
    Issuer: config.idp.issuer,
    ...(clientId === undefined ? {} : { ClientId: clientId }),
    ...(relayKeysArn === undefined ? {} : { RelayCallback: relayCallbackUrl(config), RelayKeys: relayKeysArn }),
    IdentitiesTable: tables.identities.tableName,
    AuditTable: tables.audit.tableName,
    StateTable: tables.state.tableName,
    ConnectChatGPT: `chatgpt.com/plugins > + > Add custom MCP server: server URL ${url}, authentication OAuth${withClient}${callbackNote}`,
    ConnectClaude: `Customize > Connectors > + > Add custom connector: URL ${url}${withClient}`,
  };
}
