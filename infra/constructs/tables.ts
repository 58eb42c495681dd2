import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { AUDIT_INDEXES, AUDIT_PROJECTION, AUDIT_TOOL_INDEX, TABLE_KEYS } from '../../shared/core/tables.ts';

const text = (name: string): dynamodb.Attribute => ({ name, type: dynamodb.AttributeType.STRING });

export interface TableOptions {
  /** Not deletable by accident, and kept when the stack goes. */
  readonly isProtected: boolean;
  readonly indexes?: readonly string[];
  /** Every write is in a stream of the table, with what was there before and after. */
  readonly hasStream?: boolean;
}

/** On demand, encrypted, restorable to any second, with the keys that the code over it expects. */
export function createTable(
  scope: Construct,
  id: string,
  { isProtected, indexes = [], hasStream = false }: TableOptions,
): dynamodb.TableV2 {
  return new dynamodb.TableV2(scope, id, {
    partitionKey: text(TABLE_KEYS.partition),
    sortKey: text(TABLE_KEYS.sort),
    timeToLiveAttribute: TABLE_KEYS.ttl,
    billing: dynamodb.Billing.onDemand(),
    encryption: dynamodb.TableEncryptionV2.awsManagedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    ...(hasStream ? { dynamoStream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES } : {}),
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
}

interface TablesProps {
  readonly isProtected: boolean;
  /** Parameter `auditToolIndex`. */
  readonly toolIndex: boolean;
}

/** The state of a gateway. */
export class Tables extends Construct {
  readonly identities: dynamodb.TableV2;
  readonly audit: dynamodb.TableV2;
  readonly state: dynamodb.TableV2;

  constructor(scope: Construct, id: string, { isProtected, toolIndex }: TablesProps) {
    super(scope, id);
    const indexes = toolIndex ? [...AUDIT_INDEXES, AUDIT_TOOL_INDEX] : AUDIT_INDEXES;
    this.identities = createTable(this, 'Identities', { isProtected });
    this.audit = createTable(this, 'Audit', { isProtected, indexes, hasStream: true });
    this.state = createTable(this, 'State', { isProtected });
  }
}
