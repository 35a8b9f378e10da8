import { CfnQueryDefinition, type LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { savedQueries } from '../saved-queries.ts';

/** The queries of `sql/logs-insights` in CloudWatch, in a folder of the stack's name. */
export class SavedLogQueries extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: { readonly folder: string; readonly logGroup: LogGroup },
  ) {
    super(scope, id);
    for (const { file, title, text } of savedQueries('logs-insights')) {
      new CfnQueryDefinition(this, file, {
        name: `${props.folder}/${title}`,
        queryString: text,
        logGroupNames: [props.logGroup.logGroupName],
      });
    }
  }
}
