import { Duration, Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type CfnFunction,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import packageJson from '../../package.json' with { type: 'json' };
import type { AccountSettingsInput } from '../../shared/settings.ts';
import { functionCode } from '../function-code.ts';

/** The Lambda function of one account. All accounts run the same bundle. */
export class ActivityFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly functionName: string;
      readonly description: string;
      readonly role: Role;
      readonly logGroup: LogGroup;
      readonly failedRuns: Queue;
      readonly settings: AccountSettingsInput;
      /** Of its metrics in CloudWatch. */
      readonly metricsNamespace: string;
      /** Whether a run that failed is tried again, a minute later and two after that: the next tick is far. */
      readonly patient: boolean;
      readonly memoryMegabytes: number;
    },
  ) {
    super(scope, id);
    const { functionName, description, role, logGroup, failedRuns, settings } = props;
    const { metricsNamespace, patient, memoryMegabytes } = props;
    this.function = new LambdaFunction(this, 'Activity', {
      functionName,
      description,
      code: functionCode('activity'),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // Both measured: docs/decisions/0011-what-runs-in-lambda.md. No reserved concurrency: two runs
      // at once are right, and reserving takes from the rest of the AWS account.
      memorySize: memoryMegabytes,
      timeout: Duration.seconds(270),
      // It grants more than is needed: what the role may do stands in account-role.ts alone.
      role: role.withoutPolicyUpdates(),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      // The next tick is the retry, if it comes soon.
      retryAttempts: patient ? 2 : 0,
      maxEventAge: patient ? Duration.hours(1) : Duration.minutes(5),
      onFailure: new SqsDestination(failedRuns),
      environment: {
        ACTIVITY_SETTINGS: Stack.of(this).toJsonString(settings),
        METRICS_NAMESPACE: metricsNamespace,
      },
    });
    // Lambda looks whether the role may send to the destination when it is set.
    this.function.node.addDependency(role);
    this.function.addEnvironment('CODE_VERSION', `${packageJson.version}+${this.#bundleHash()}`);
  }

  /** Of exactly the code that is deployed: the asset is named by it. */
  #bundleHash(): string {
    const { code } = this.function.node.defaultChild as CfnFunction;
    const { s3Key } = Stack.of(this).resolve(code) as { s3Key: string };
    return s3Key.slice(0, 12);
  }
}
