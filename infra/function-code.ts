import { fileURLToPath } from 'node:url';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { packageFile } from '../shared/package-files.ts';

/**
 * The code of a function as it was built: in the published package with all else, in a clone by what `cdk.json` runs
 * before the app.
 */
export function functionCode(name: 'activity' | 'report'): Code {
  return Code.fromAsset(fileURLToPath(packageFile(`dist/functions/${name}`)));
}
