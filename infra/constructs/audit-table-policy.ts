import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Parameters } from '../../shared/core/parameters.ts';

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
 * What no role's own policy can allow, an administrator's neither: to change or delete records, or the table. Expiry is the
 * table's own and asks nobody. Whoever may change this policy can lift it: that is in CloudTrail, and what is done after
 * it is an alarm of the stream and found by `audit verify`.
 */
export function protectRecords(table: dynamodb.TableV2, breakGlass: Parameters['auditBreakGlassRoleArn']): void {
  const spared = { conditions: { ArnNotEquals: { 'aws:PrincipalArn': breakGlass } } };
  table.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'RecordsStay',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: CHANGES,
      resources: ['*'],
      ...(breakGlass === undefined ? {} : spared),
    }),
  );
}
