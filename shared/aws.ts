import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** The AWS clients, made once a process. Region, credentials and endpoints are the environment's. */
export interface AwsClients {
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
  readonly db: DynamoDBDocumentClient;
}

/** No silent connection may take up a run: the SDK then tries again. Milliseconds. */
const requestHandler = { connectionTimeout: 5_000, socketTimeout: 30_000 };

export function awsClients(): AwsClients {
  return {
    s3: new S3Client({ requestHandler }),
    secrets: new SecretsManagerClient({ requestHandler }),
    db: DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler })),
  };
}
