import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { SettingsError } from '../shared/errors.ts';
import { ACCOUNTS_FILE, accountsInFile } from './accounts-file.ts';
import { ActivityLakeStack } from './activity-lake.ts';
import { propsOfContext } from './settings.ts';

const app = new App();
try {
  const context = app.node.getAllContext();
  const props =
    'accounts' in context
      ? propsOfContext(context)
      : propsOfContext(
          { ...context, accounts: accountsInFile() },
          `${ACCOUNTS_FILE}, cdk.json or -c`,
        );
  new ActivityLakeStack(app, props);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  // The sentence alone: an uncaught error would bury it under a stack trace.
  process.stderr.write(`${error.message}\n${error.nextAction}\n`);
  process.exit(1);
}
