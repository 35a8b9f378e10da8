import { ArnFormat, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { AlarmBase } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

/** Where every alarm is heard. It exists without an address too, so that others can subscribe. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;
  /** Of its messages. */
  readonly key: Key;

  constructor(scope: Construct, id: string, { email }: { readonly email: string | undefined }) {
    super(scope, id);
    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
    // CloudWatch can't publish to a topic under the AWS managed key.
    this.key = new Key(this, 'Key', {
      description: 'Messages of the alarms',
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(this.key).acknowledge({
      id: 'AwsSolutions-KMS5',
      reason:
        'Titles of alarms, which nothing keeps once they are delivered: a rotated key would protect no ' +
        'more, and cost $1 a month more after each of the first two rotations.',
    });
    this.key.grantEncryptDecrypt(cloudWatch);
    this.topic = new Topic(this, 'Topic', { masterKey: this.key, enforceSSL: true });
    // A topic with a policy has lost the one it is born with, which lets the account's alarms publish.
    const alarms = Stack.of(this).formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: '*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { ArnLike: { 'aws:SourceArn': alarms } },
      }),
    );
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** Publishes when the alarm goes on; with `alsoWhenOver`, when it goes off, too. */
  hears(alarm: AlarmBase, { alsoWhenOver = false } = {}): void {
    alarm.addAlarmAction(new SnsAction(this.topic));
    if (alsoWhenOver) alarm.addOkAction(new SnsAction(this.topic));
  }
}
