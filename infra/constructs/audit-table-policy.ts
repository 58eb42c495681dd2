import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Parameters } from '../../shared/core/parameters.ts';

export interface AuditTablePolicyOptions {
  /** The roles that append records. */
  readonly writers: readonly iam.IRole[];
  readonly breakGlass: Parameters['auditBreakGlassRoleArn'];
}

const CHANGES = [
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PartiQLDelete',
  'dynamodb:DeleteTable',
];

/**
 * What no role's own policy can allow, administrators' neither: to change or delete records, and to add some beside the
 * functions that write the trail. Expiry is the table's own and asks nobody. Who may change this policy can lift it: that
 * is in CloudTrail, and what is done after it is found by `audit verify`.
 */
export function protectRecords(table: dynamodb.TableV2, { writers, breakGlass }: AuditTablePolicyOptions): void {
  const except = (arns: readonly string[]) => ({ conditions: { ArnNotEquals: { 'aws:PrincipalArn': [...arns] } } });
  const spared = breakGlass === undefined ? [] : [breakGlass];
  const deny = (sid: string, actions: readonly string[], arns: readonly string[]) =>
    table.addToResourcePolicy(
      new iam.PolicyStatement({
        sid,
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: [...actions],
        resources: ['*'],
        ...(arns.length === 0 ? {} : except(arns)),
      }),
    );
  deny('RecordsStay', CHANGES, spared);
  deny('OnlyWritersAppend', ['dynamodb:PutItem'], [...writers.map(({ roleArn }) => roleArn), ...spared]);
}
