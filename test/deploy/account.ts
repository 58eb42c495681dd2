import type { AwsApi, Json } from './aws-api.ts';

/** What a stack has left or made in the account, by service. Names only. */
export interface Inventory {
  readonly apis: readonly string[];
  readonly functions: readonly string[];
  readonly tables: readonly string[];
  readonly logGroups: readonly string[];
  readonly roles: readonly string[];
  readonly userPools: readonly string[];
  readonly secrets: readonly string[];
  readonly alarms: readonly string[];
  readonly dashboards: readonly string[];
  readonly stacks: readonly string[];
}

export const NOTHING: Inventory = {
  apis: [],
  functions: [],
  tables: [],
  logGroups: [],
  roles: [],
  userPools: [],
  secrets: [],
  alarms: [],
  dashboards: [],
  stacks: [],
};

/** Before the names of secrets that no stack makes. */
export const BY_HAND = 'by-hand/';

/** Everything of the kinds that the stack has, whose name has the stack's name in it. */
export async function inventory(api: AwsApi, stack: string): Promise<Inventory> {
  const ofStack = (items: unknown, name: string) =>
    listed(items)
      .map((item) => String(item[name]))
      .filter((value) => value.includes(stack))
      .sort();
  const named = (xml: string, element: string) =>
    [...xml.matchAll(new RegExp(`<${element}>([^<]+)<`, 'g'))]
      .map(([, name = '']) => name)
      .filter((name) => name.includes(stack));
  const stacks = await api.query('cloudformation', '2010-05-15', { Action: 'DescribeStacks' });
  const roles = await api.query('iam', '2010-05-08', { Action: 'ListRoles', MaxItems: '1000' });
  const monitoring = (action: string) => api.query('monitoring', '2010-08-01', { Action: action });
  const pools = await api.json('cognito-idp', 'AWSCognitoIdentityProviderService.ListUserPools', { MaxResults: 60 });
  return {
    apis: ofStack((await api.get('apigateway', '/v2/apis'))['items'], 'name'),
    functions: ofStack((await api.get('lambda', '/2015-03-31/functions/'))['Functions'], 'FunctionName'),
    tables: await tables(api, stack),
    logGroups: ofStack((await api.json('logs', 'Logs_20140328.DescribeLogGroups', {}))['logGroups'], 'logGroupName'),
    roles: named(roles, 'RoleName'),
    // A pool is named after its construct, and no other stack here has one.
    userPools: listed(pools['UserPools']).map((pool) => String(pool['Id'])),
    secrets: await secrets(api),
    alarms: named(await monitoring('DescribeAlarms'), 'AlarmName'),
    dashboards: named(await monitoring('ListDashboards'), 'DashboardName'),
    stacks: named(stacks, 'StackName'),
  };
}

async function tables(api: AwsApi, stack: string): Promise<readonly string[]> {
  const { TableNames } = await api.json('dynamodb', 'DynamoDB_20120810.ListTables', {});
  const names = Array.isArray(TableNames) ? TableNames.map(String) : [];
  return names.filter((name) => name.includes(stack)).sort();
}

/** CloudFormation names a secret after its construct, and the only other ones are made by hand here. */
async function secrets(api: AwsApi): Promise<readonly string[]> {
  const { SecretList } = await api.json('secretsmanager', 'secretsmanager.ListSecrets', {});
  return listed(SecretList)
    .map(({ Name }) => String(Name))
    .filter((name) => !name.startsWith(BY_HAND))
    .sort();
}

export function listed(items: unknown): readonly Json[] {
  return Array.isArray(items) ? (items as readonly Json[]) : [];
}
