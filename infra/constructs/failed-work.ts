import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { DeploymentSettings } from '../settings.ts';

/** What went wrong and is still to be looked at, of all accounts: each message names its function. */
export class FailedWork extends Construct {
  /** Invocations that EventBridge Scheduler could not deliver. */
  readonly undeliveredRuns: Queue;
  /** Runs that began and failed, or waited too long to begin. */
  readonly failedRuns: Queue;

  constructor(
    scope: Construct,
    id: string,
    { settings }: { readonly settings: DeploymentSettings },
  ) {
    super(scope, id);
    this.undeliveredRuns = this.#queue('UndeliveredRuns');
    this.failedRuns = this.#queue('FailedRuns');
    if (settings.alarmEmail !== undefined) this.#tell(settings.alarmEmail);
  }

  #queue(id: string): Queue {
    const queue = new Queue(this, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is where messages end that had nowhere else to go.',
    });
    return queue;
  }

  #tell(email: string): void {
    // CloudWatch can't publish to a topic under the AWS managed key.
    const key = new Key(this, 'AlarmKey', {
      description: 'Messages of the alarms',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    key.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'));
    const topic = new Topic(this, 'Alarms', { masterKey: key, enforceSSL: true });
    topic.addSubscription(new EmailSubscription(email));
    const alarm = (id: string, queue: Queue, alarmDescription: string) =>
      new Alarm(this, id, {
        alarmDescription,
        metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5) }),
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(new SnsAction(topic));
    alarm(
      'RunFailed',
      this.failedRuns,
      'Runs failed. The messages in the queue say why; remove them when it is mended.',
    );
    alarm(
      'RunNotDelivered',
      this.undeliveredRuns,
      'EventBridge Scheduler could not start runs. The messages in the queue say why.',
    );
  }
}
