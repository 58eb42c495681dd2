import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { AUDIT_INDEXES, AUDIT_PROJECTION, TABLE_KEYS } from '../../shared/core/tables.ts';

const text = (name: string): dynamodb.Attribute => ({ name, type: dynamodb.AttributeType.STRING });

/** The state of a gateway: on demand, encrypted, restorable to any second, and in prod not deletable by accident. */
export class Tables extends Construct {
  readonly identities: dynamodb.TableV2;
  readonly audit: dynamodb.TableV2;
  readonly state: dynamodb.TableV2;

  constructor(scope: Construct, id: string, { isProtected }: { readonly isProtected: boolean }) {
    super(scope, id);
    const table = (name: string, indexes: readonly string[] = []) =>
      new dynamodb.TableV2(this, name, {
        partitionKey: text(TABLE_KEYS.partition),
        sortKey: text(TABLE_KEYS.sort),
        timeToLiveAttribute: TABLE_KEYS.ttl,
        billing: dynamodb.Billing.onDemand(),
        encryption: dynamodb.TableEncryptionV2.awsManagedKey(),
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        deletionProtection: isProtected,
        removalPolicy: isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        globalSecondaryIndexes: indexes.map((index) => ({
          indexName: index,
          partitionKey: text(`${index}pk`),
          sortKey: text(`${index}sk`),
          projectionType: dynamodb.ProjectionType.INCLUDE,
          nonKeyAttributes: [...AUDIT_PROJECTION],
        })),
      });
    this.identities = table('Identities');
    this.audit = table('Audit', AUDIT_INDEXES);
    this.state = table('State');
  }
}
