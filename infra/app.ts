import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { SettingsError } from '../shared/errors.ts';
import { ActivityLakeStack } from './activity-lake-stack.ts';
import { deploymentSettings } from './settings.ts';

const app = new App();
try {
  const settings = deploymentSettings(app.node.getAllContext());
  new ActivityLakeStack(app, settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  // The sentence alone: an uncaught error would bury it under a stack trace.
  process.stderr.write(`${error.message}\n${error.nextAction}\n`);
  process.exit(1);
}
