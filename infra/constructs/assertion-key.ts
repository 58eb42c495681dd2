import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { KEY_PURPOSES, KEYS_PARTITION } from '../../shared/core/assertion-keys.ts';
import type { Parameters } from '../../shared/core/parameters.ts';
import { type GatewayFunction, onlyPartition } from './gateway-function.ts';

export interface AssertionKeyProps {
  readonly signing: Parameters['assertionSigning'];
  readonly stateTableArn: string;
  /** Kept when the stack goes, and waited for when it is deleted by hand. */
  readonly isProtected: boolean;
}

const context = (purpose: string) => ({ StringEquals: { 'kms:EncryptionContext:purpose': purpose } });

/** What signs assertions: a key that seals key pairs, or with `assertionSigning=kms` one that signs by itself. */
export class AssertionKey extends Construct {
  /** Its id, for the functions' environment. */
  readonly keyId: string;
  private readonly key: kms.Key;
  private readonly props: AssertionKeyProps;

  constructor(scope: Construct, id: string, props: AssertionKeyProps) {
    super(scope, id);
    this.props = props;
    const isSigner = props.signing === 'kms';
    // Two names: what a key is for cannot be changed, so the other setting makes another key.
    this.key = new kms.Key(this, isSigner ? 'SigningKey' : 'SealingKey', {
      ...(isSigner
        ? { description: 'Signs assertions', keySpec: kms.KeySpec.ECC_NIST_P256, keyUsage: kms.KeyUsage.SIGN_VERIFY }
        : { description: 'Seals the keys that sign assertions', enableKeyRotation: true }),
      removalPolicy: props.isProtected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(props.isProtected ? 30 : 7),
    });
    this.keyId = this.key.keyId;
  }

  /** Makes key pairs and opens private parts. Public parts it may only seal. */
  letSign(fn: GatewayFunction): void {
    const { keyArn } = this.key;
    if (this.props.signing === 'kms') {
      const algorithm = { 'kms:SigningAlgorithm': 'ECDSA_SHA_256', 'kms:MessageType': 'DIGEST' };
      fn.permit(['kms:Sign'], keyArn, { StringEquals: algorithm });
      fn.permit(['kms:GetPublicKey'], keyArn);
      return;
    }
    fn.permit(['kms:GenerateDataKeyPairWithoutPlaintext'], keyArn, {
      StringEquals: { ...context(KEY_PURPOSES.private).StringEquals, 'kms:DataKeyPairSpec': 'ECC_NIST_P256' },
    });
    fn.permit(['kms:Decrypt'], keyArn, context(KEY_PURPOSES.private));
    fn.permit(['kms:Encrypt'], keyArn, context(KEY_PURPOSES.public));
    this.letFindKeys(fn);
  }

  /** Reads the keys and opens public parts: nothing by which it could sign. */
  letPublish(fn: GatewayFunction): void {
    const { keyArn } = this.key;
    if (this.props.signing === 'kms') {
      fn.permit(['kms:GetPublicKey'], keyArn);
      return;
    }
    fn.permit(['kms:Decrypt'], keyArn, context(KEY_PURPOSES.public));
    this.letFindKeys(fn);
  }

  /** One partition of the state table, and none where users' data are. */
  private letFindKeys(fn: GatewayFunction): void {
    fn.permit(['dynamodb:Query'], this.props.stateTableArn, onlyPartition(KEYS_PARTITION));
  }
}
