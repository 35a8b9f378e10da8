import { resolve } from 'node:path';
import { Duration, Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type CfnFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import packageJson from '../../package.json' with { type: 'json' };
import type { AccountSettingsInput } from '../../shared/settings.ts';

/**
 * The ways to credentials that a Lambda function never goes: its own are in the environment, where the
 * SDK looks first. It loads these on demand, so leaving them out costs nothing.
 */
const NOT_IN_LAMBDA = [
  ...['sso', 'ini', 'process', 'web-identity', 'http', 'login'].map(
    (name) => `@aws-sdk/credential-provider-${name}`,
  ),
  '@smithy/credential-provider-imds',
];

/** How every function is bundled. */
export const bundling = {
  format: OutputFormat.ESM,
  mainFields: ['module', 'main'],
  target: 'node24',
  banner: `import{createRequire}from'node:module';const require=createRequire(import.meta.url);`,
  minify: true,
  bundleAwsSDK: true,
  externalModules: NOT_IN_LAMBDA,
};

/** The Lambda function of one account. All accounts run the same bundle. */
export class ActivityFunction extends Construct {
  readonly function: NodejsFunction;

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
    },
  ) {
    super(scope, id);
    const { functionName, description, role, logGroup, failedRuns, settings } = props;
    const { metricsNamespace, patient } = props;
    this.function = new NodejsFunction(this, 'Activity', {
      functionName,
      description,
      entry: resolve('functions/activity.ts'),
      depsLockFilePath: resolve('package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // Both measured: docs/decisions/0011-what-runs-in-lambda.md. No reserved concurrency: two runs
      // at once are right, and reserving takes from the rest of the AWS account.
      memorySize: 1_024,
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
      bundling,
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
