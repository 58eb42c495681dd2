import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { USER_PARTITIONS, USER_TAG } from '../../shared/core/tables.ts';
import type { GatewayFunction } from './gateway-function.ts';

export interface UserRoleProps {
  readonly stateTableArn: string;
  /** Whose tools store something: it begins the sessions. */
  readonly fn: GatewayFunction;
}

const READ_AND_WRITE = ['GetItem', 'PutItem', 'DeleteItem', 'Query'].map((name) => `dynamodb:${name}`);

/**
 * `isolation=iam`: a role whose sessions each have the tag of one user and reach that user's partitions only. The function
 * itself then reaches those of nobody (DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access
 * control"; IAM User Guide, "Passing session tags in AWS STS").
 */
export class UserRole extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, { stateTableArn, fn }: UserRoleProps) {
    super(scope, id);
    const trusted = new iam.ArnPrincipal(fn.role.roleArn).withConditions({
      StringLike: { [`aws:RequestTag/${USER_TAG}`]: 'usr_*' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': [USER_TAG] },
      Null: { 'aws:TagKeys': 'false' },
    });
    const role = new iam.Role(this, 'Role', {
      description: 'Reaches what tools keep of the one user in the tag of its session',
      assumedBy: new iam.SessionTagsPrincipal(trusted),
      maxSessionDuration: Duration.hours(1),
    });
    // From its name: local development knows names of what AWS makes, and no ARNs.
    this.arn = Stack.of(this).formatArn({ service: 'iam', region: '', resource: 'role', resourceName: role.roleName });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: READ_AND_WRITE,
        resources: [stateTableArn],
        conditions: {
          'ForAllValues:StringLike': {
            'dynamodb:LeadingKeys': [`${USER_PARTITIONS}\${aws:PrincipalTag/${USER_TAG}}#*`],
          },
          // Without a key in the request, ForAllValues holds for all of none.
          Null: { 'dynamodb:LeadingKeys': 'false', [`aws:PrincipalTag/${USER_TAG}`]: 'false' },
        },
      }),
    );
    fn.permit(['sts:AssumeRole', 'sts:TagSession'], role.roleArn);
    fn.forbid(['dynamodb:*'], stateTableArn, {
      'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [`${USER_PARTITIONS}*`] },
    });
  }
}
