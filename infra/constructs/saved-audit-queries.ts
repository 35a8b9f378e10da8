import { CfnNamedQuery, type CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { Construct } from 'constructs';
import { savedQueries } from '../saved-queries.ts';

/** The queries of `sql/audit` in Athena, under "Saved queries" of the workgroup. */
export class SavedAuditQueries extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: { readonly database: string; readonly workgroup: CfnWorkGroup },
  ) {
    super(scope, id);
    for (const { file, title, text } of savedQueries('audit')) {
      new CfnNamedQuery(this, file, {
        name: title,
        description: `docs/audit.md, sql/audit/${file}.sql`,
        database: props.database,
        workGroup: props.workgroup.ref,
        queryString: text,
      });
    }
  }
}
