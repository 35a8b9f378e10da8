/** A call to AWS that failed, in the words of IAM: `dynamodb:Query`. */
interface FailedCall {
  readonly service: string;
  readonly permission: string;
}

const failedCalls = new WeakMap<object, FailedCall>();

/** The permissions whose names are not those of their operations. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  's3:ListObjectsV2': 's3:ListBucket',
  'dynamodb:Get': 'dynamodb:GetItem',
  'dynamodb:Put': 'dynamodb:PutItem',
  'dynamodb:Update': 'dynamodb:UpdateItem',
};

interface Client {
  readonly middlewareStack: {
    add(middleware: Middleware, where: { readonly step: 'initialize'; name: string }): void;
  };
}

type Handler = (args: never) => Promise<unknown>;
type Middleware = (
  next: Handler,
  context: { readonly clientName?: string; readonly commandName?: string },
) => Handler;

/** Lets the errors of a client's calls say which call it was; the SDK's own say it but now and then. */
export function rememberFailedCalls(client: unknown): void {
  const remember: Middleware = (next, context) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      if (typeof error === 'object' && error !== null) failedCalls.set(error, callOf(context));
      throw error;
    }
  };
  (client as Client).middlewareStack.add(remember, { step: 'initialize', name: 'remember' });
}

/** The call that failed with this error; `undefined` when none of a stack's clients threw it. */
export function failedCallOf(error: unknown): FailedCall | undefined {
  return typeof error === 'object' && error !== null ? failedCalls.get(error) : undefined;
}

function callOf({ clientName = '', commandName = '' }: Parameters<Middleware>[1]): FailedCall {
  const service = clientName.replace(/(Document)?Client$/, '');
  const call = `${service.toLowerCase()}:${commandName.replace(/Command$/, '')}`;
  return { service, permission: PERMISSIONS[call] ?? call };
}
