import { Duration, Validations } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AlarmText } from '../../shared/alarms.ts';
import { describedIn, furtherTexts } from '../alarm-texts.ts';
import type { AlarmTopic } from './alarm-topic.ts';

/**
 * Longer than metrics of a queue may lag behind when it was quiet for hours: SQS says up to 15 minutes. An alarm
 * that looks less far back could miss what arrives first.
 */
const HEARD_FOR = Duration.minutes(30);

/** What went wrong in the last two weeks, of all accounts: each message names its function. */
export class FailedWork extends Construct {
  /** Invocations that EventBridge Scheduler could not deliver. */
  readonly undeliveredRuns: Queue;
  /** Runs that began and failed, or waited too long to begin. */
  readonly failedRuns: Queue;
  /** On when something has arrived: what lies in a queue is a record, which nobody has to clear. */
  readonly alarms: readonly Alarm[];

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly stackName: string;
      readonly topic: AlarmTopic;
      readonly key: Key | undefined;
    },
  ) {
    super(scope, id);
    this.undeliveredRuns = this.#queue('UndeliveredRuns', props.key);
    this.failedRuns = this.#queue('FailedRuns', props.key);
    const watch = (alarmId: string, queue: Queue, text: AlarmText) => {
      const alarm = new Alarm(this, alarmId, {
        alarmName: `${props.stackName}/${text.title}`,
        alarmDescription: describedIn(null, text),
        metric: queue.metricNumberOfMessagesSent({ period: HEARD_FOR, statistic: 'Sum' }),
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      props.topic.hears(alarm);
      return alarm;
    };
    this.alarms = [
      watch('RunFailed', this.failedRuns, furtherTexts.RunFailed),
      watch('RunNotDelivered', this.undeliveredRuns, furtherTexts.RunNotDelivered),
    ];
  }

  #queue(id: string, key: Key | undefined): Queue {
    const queue = new Queue(this, id, {
      ...(key === undefined
        ? { encryption: QueueEncryption.SQS_MANAGED }
        : { encryption: QueueEncryption.KMS, encryptionMasterKey: key }),
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is where messages end that had nowhere else to go.',
    });
    return queue;
  }
}
