import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as athena from 'aws-cdk-lib/aws-athena';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { AUDIT_COLUMNS, AUDIT_QUERIES } from '../../shared/core/audit-catalog.ts';

const RESULTS_KEPT = Duration.days(7);

/**
 * Months of the archive as a table of Athena: nothing runs or costs until somebody asks. Days are projected and not
 * crawled (Athena User Guide, "Use partition projection").
 */
export class AuditCatalog extends Construct {
  readonly workGroup: string;
  readonly database: string;

  constructor(scope: Construct, id: string, { archive }: { readonly archive: s3.Bucket }) {
    super(scope, id);
    const { account, stackName } = Stack.of(this);
    // Names in Athena are lower case with underscores.
    this.database = `${stackName.toLowerCase().replaceAll('-', '_')}_audit`;
    this.workGroup = `${stackName}-audit`;
    const database = new glue.CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: { name: this.database, description: 'The audit trail of Gatehouse' },
    });
    const table = new glue.CfnTable(this, 'Records', {
      catalogId: account,
      databaseName: this.database,
      tableInput: recordsTable(archive.bucketName),
    });
    table.addResourceDependency(database);
    const workGroup = this.createWorkGroup();
    for (const { name, description, sql } of AUDIT_QUERIES) {
      const query = new athena.CfnNamedQuery(this, name, {
        name: `${stackName} ${name}`,
        description,
        database: this.database,
        workGroup: this.workGroup,
        queryString: sql,
      });
      query.addResourceDependency(workGroup);
      query.addResourceDependency(table);
    }
  }

  private createWorkGroup(): athena.CfnWorkGroup {
    const results = new s3.Bucket(this, 'Results', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY,
      lifecycleRules: [{ expiration: RESULTS_KEPT, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    });
    return new athena.CfnWorkGroup(this, 'WorkGroup', {
      name: this.workGroup,
      description: 'Questions about the audit trail',
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: false,
        resultConfiguration: {
          outputLocation: `s3://${results.bucketName}/`,
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    });
  }
}

function recordsTable(bucket: string): glue.CfnTable.TableInputProperty {
  return {
    name: 'records',
    description: 'One row a record; a record may occur twice, so every question says DISTINCT',
    tableType: 'EXTERNAL_TABLE',
    partitionKeys: [{ name: 'dt', type: 'string', comment: 'Day of the call, UTC' }],
    parameters: {
      EXTERNAL: 'TRUE',
      'projection.enabled': 'true',
      'projection.dt.type': 'date',
      'projection.dt.format': 'yyyy-MM-dd',
      'projection.dt.range': '2026-01-01,NOW+1DAYS',
      'projection.dt.interval': '1',
      'projection.dt.interval.unit': 'DAYS',
      'storage.location.template': `s3://${bucket}/records/dt=\${dt}/`,
    },
    storageDescriptor: {
      location: `s3://${bucket}/records/`,
      inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
      compressed: true,
      serdeInfo: {
        serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
        parameters: { 'ignore.malformed.json': 'true' },
      },
      columns: AUDIT_COLUMNS.map(({ name, type }) => ({ name: name.toLowerCase(), type })),
    },
  };
}
