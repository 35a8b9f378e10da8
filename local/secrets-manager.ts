import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AccessKey } from './access-key.ts';
import {
  JsonServiceError,
  readBody,
  requireAccessKey,
  sendJson,
  sendJsonError,
} from './json-service.ts';
import { type LoopbackServer, listen } from './loopback-server.ts';

const CURRENT = 'AWSCURRENT';
const MAX_REQUEST_BYTES = 1024 * 1024;

interface Secret {
  readonly ARN: string;
  readonly Name: string;
  readonly current?: { readonly VersionId: string; readonly SecretString: string };
}

type Input = Readonly<Record<string, unknown>>;

/**
 * The four operations that the product and its command line use. Secrets live in this process's
 * memory and nowhere else: never on disk, never in a message, gone when the process ends.
 */
export function startSecretsManager(key: AccessKey): Promise<LoopbackServer> {
  const secrets = new Secrets();
  return listen(
    createServer(async (request, response) => {
      try {
        requireAccessKey(key, request);
        const body = await readBody(request, MAX_REQUEST_BYTES);
        sendJson(response, 200, secrets.perform(request.headers['x-amz-target'], parse(body)));
      } catch (error) {
        sendJsonError(response, error);
      }
    }),
  );
}

function parse(body: Buffer): Input {
  try {
    const input: unknown = JSON.parse(body.toString());
    if (typeof input === 'object' && input !== null) return input as Input;
  } catch {
    // Answered below, without the text: it may hold a secret.
  }
  throw new JsonServiceError('SerializationException', 'The body is not a JSON object.');
}

class Secrets {
  readonly #byName = new Map<string, Secret>();

  perform(target: string | string[] | undefined, input: Input): unknown {
    switch (target) {
      case 'secretsmanager.CreateSecret':
        return this.#create(input);
      case 'secretsmanager.PutSecretValue':
        return this.#putValue(input);
      case 'secretsmanager.GetSecretValue':
        return this.#getValue(input);
      case 'secretsmanager.DescribeSecret':
        return this.#describe(input);
      default:
        throw new JsonServiceError('UnknownOperationException', `${target} is not embedded here.`);
    }
  }

  #create(input: Input) {
    const name = input.Name;
    if (typeof name !== 'string' || !/^[\w/+=.@-]{1,512}$/.test(name)) {
      throw new JsonServiceError('InvalidParameterException', 'Invalid name.');
    }
    if (this.#byName.has(name)) {
      throw new JsonServiceError(
        'ResourceExistsException',
        `The operation failed because the secret ${name} already exists.`,
      );
    }
    const suffix = randomBytes(3).toString('hex');
    const secret: Secret = {
      ARN: `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-${suffix}`,
      Name: name,
      ...(input.SecretString !== undefined && { current: version(input) }),
    };
    this.#byName.set(name, secret);
    return { ARN: secret.ARN, Name: name, VersionId: secret.current?.VersionId };
  }

  #putValue(input: Input) {
    const { ARN, Name } = this.#find(input);
    const current = version(input);
    this.#byName.set(Name, { ARN, Name, current });
    return { ARN, Name, VersionId: current.VersionId, VersionStages: [CURRENT] };
  }

  #getValue(input: Input) {
    const { ARN, Name, current } = this.#find(input);
    const { VersionStage = CURRENT, VersionId = current?.VersionId } = input;
    if (current === undefined || VersionStage !== CURRENT || VersionId !== current.VersionId) {
      throw new JsonServiceError(
        'ResourceNotFoundException',
        "Secrets Manager can't find the specified secret value for staging label: " +
          `${VersionStage}`,
      );
    }
    return { ARN, Name, ...current, VersionStages: [CURRENT] };
  }

  #describe(input: Input) {
    const { ARN, Name, current } = this.#find(input);
    return {
      ARN,
      Name,
      ...(current && { VersionIdsToStages: { [current.VersionId]: [CURRENT] } }),
    };
  }

  /** `SecretId` is a name or an ARN. */
  #find({ SecretId }: Input): Secret {
    for (const secret of this.#byName.values()) {
      if (secret.Name === SecretId || secret.ARN === SecretId) return secret;
    }
    throw new JsonServiceError(
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret.",
    );
  }
}

function version({ SecretString, ClientRequestToken }: Input) {
  if (typeof SecretString !== 'string') {
    throw new JsonServiceError('InvalidParameterException', 'Give the value as SecretString.');
  }
  return {
    VersionId: typeof ClientRequestToken === 'string' ? ClientRequestToken : randomUUID(),
    SecretString,
  };
}
