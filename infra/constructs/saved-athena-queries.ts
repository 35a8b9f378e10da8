import { CfnNamedQuery, type CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { Construct } from 'constructs';
import { savedQueries } from '../saved-queries.ts';

/** The queries of a folder of `sql/` in Athena, under "Saved queries" of the workgroup. */
export class SavedAthenaQueries extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly folder: 'audit' | 'questions';
      /** That explains them. */
      readonly page: string;
      readonly database: string;
      readonly workgroup: CfnWorkGroup;
    },
  ) {
    super(scope, id);
    const { folder, page, database, workgroup } = props;
    for (const { file, title, text } of savedQueries(folder)) {
      new CfnNamedQuery(this, file, {
        name: title,
        description: `${page}, sql/${folder}/${file}.sql`,
        database,
        workGroup: workgroup.ref,
        queryString: text,
      });
    }
  }
}
