import { PutObjectCommand } from '@aws-sdk/client-s3';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { startLocalAws } from '../../local/aws.ts';
import { awsClients } from '../../shared/aws.ts';

/** Serves a data folder and writes to it for ever, a line `<name> <version>` after each answer. */
async function main([dataDir, ...keys]: readonly string[]): Promise<void> {
  const lake = { bucket: 'lake', checkpointTable: 'checkpoint' };
  const aws = await startLocalAws({ dataDir: dataDir as string, ...lake });
  Object.assign(process.env, aws.environment);
  const { s3, db } = awsClients();
  const tell = (name: string, version: number) =>
    new Promise((resolve) => process.stdout.write(`${name} ${version}\n`, resolve));

  const writeObjects = async (key: string) => {
    for (let version = 1; ; version++) {
      await s3.send(
        new PutObjectCommand({
          Bucket: lake.bucket,
          Key: key,
          Body: Buffer.alloc(300_000, `${key} ${version} `),
          Metadata: { version: `${version}` },
        }),
      );
      await tell(key, version);
    }
  };

  const advance = async () => {
    for (let version = 1; ; version++) {
      await db.send(
        new UpdateCommand({
          TableName: lake.checkpointTable,
          Key: { account_id: '7', item: 'watermark' },
          UpdateExpression: 'SET version = :version',
          ExpressionAttributeValues: { ':version': version },
        }),
      );
      await tell('watermark', version);
    }
  };

  await Promise.all([...keys.map(writeObjects), advance()]);
}

void main(process.argv.slice(2));
