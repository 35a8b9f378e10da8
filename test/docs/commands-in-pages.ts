import { readdirSync, readFileSync } from 'node:fs';

/** A command that a page tells its reader to type, placeholders filled in. */
export interface PageCommand {
  readonly page: string;
  readonly line: number;
  readonly words: readonly string[];
}

/** What a reader puts in the place of what a page leaves open. */
const FILLED_IN: readonly (readonly [RegExp, string])[] = [
  [/63fb…|<account id>/g, 'acc-1'],
  [/https:\/\/…/g, 'https://example.com/alarms'],
  [/<LakeBucket>|\bBUCKET\b/g, 'lake-bucket'],
  [/<QueryResultsBucket>/g, 'results-bucket'],
  [/<AuditTrailBucket>/g, 'trail-bucket'],
  [/\bOLD\b/g, 'old-bucket'],
  [/<CheckpointTable>|\bTABLE\b/g, 'checkpoint'],
  [/\bRESTORED\b/g, 'restored'],
  [/<ErasureRole>|<ARN of a role>/g, 'arn:aws:iam::123456789012:role/a-role'],
  [/\bVERSION\b/g, 'null'],
  [/<AlarmTopic>/g, 'arn:aws:sns:us-east-1:123456789012:alarms'],
  [/<FailedRuns>/g, 'https://sqs.us-east-1.amazonaws.com/123456789012/failed-runs'],
  [/<UndeliveredRuns>/g, 'https://sqs.us-east-1.amazonaws.com/123456789012/undelivered-runs'],
  [
    /<arn of the trail NAME-writes>/g,
    'arn:aws:cloudtrail:us-east-1:123456789012:trail/lake-writes',
  ],
  [/<source_object>|<key>|\bKEY\b/g, 'landing/a-response.json.gz'],
  [/<version id>/g, 'null'],
  [/<run-id>/g, '0123456789abcdef'],
  [/<AWS account>/g, '123456789012'],
  [/<region>/g, 'us-east-1'],
  [/\bARN\b/g, 'arn:aws:dynamodb:us-east-1:123456789012:table/checkpoint/backup/01'],
  [/\bCOMMAND\b/g, 'status'],
  [/\bISO\b/g, '2026-01-31T10:00:00Z'],
  // Not the unit of an INTERVAL.
  [/(?<=--\w+ )DAY\b/g, '2026-01-31'],
  [/\bZONE\b/g, 'Asia/Kolkata'],
  [/\bHOST\b/g, 'smartassist.kore.ai'],
  [/\bFILE\b/g, 'credentials.json'],
  [/\bDIR\b/g, './lake'],
  [/\bSQL\b/g, 'SELECT 1'],
  [/\bNAME-OF-IT\b/g, 'history'],
  [/\bID\b/g, 'acc-1'],
  [/\bNAME\b/g, 'agent-activity-lake'],
  [/(?<= )N\b/g, '5'],
  [/…/g, 'something'],
];

/** What the shell puts in the place of variables that a page sets. */
const VARIABLES: Readonly<Record<string, string>> = {
  drift: 'a-drift-detection',
  id: 'an-id',
  item: '{"account_id": {"S": "acc-1"}, "item": {"S": "checkpoint"}}',
  key: 'landing/a-response.json.gz',
  prefix: 'activity',
  role: 'arn:aws:iam::123456789012:role/a-role',
};

const pages = [
  ...['README.md', 'CONTRIBUTING.md'],
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Every simple command in the shell blocks and in the running text of all pages whose first word is `program`. */
export function commandsInPages(program: string): readonly PageCommand[] {
  return pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(SHELL)].flatMap(
      ({ 1: block, 2: inline, index, input }) =>
        simpleCommands(block ?? inline?.replace(/\s+/g, ' ') ?? '')
          .filter(([first]) => first === program)
          .map((words) => ({ page, line: input.slice(0, index).split('\n').length, words })),
    ),
  );
}

/** A fenced block of the shell, or of another language, which is passed over; or code in the text. */
const SHELL = /^ *```(?:sh\n(.*?)|\w*\n.*?)^ *```$|`([^`]+)`/gms;

/** What begins or ends a simple command, and is not part of it. */
const RESERVED = ['do', 'done', 'then', 'fi', '!', '{', '}'];

/** The simple commands of a script, as the words that the shell would pass; redirections left out. */
export function simpleCommands(script: string): string[][] {
  const text = FILLED_IN.reduce((filled, [open, value]) => filled.replace(open, value), script);
  const commands: string[][] = [[]];
  for (const [token] of text.matchAll(TOKENS)) {
    if (/^[\n;|&()]|\$\($/.test(token)) commands.push([]);
    else if (!/^(\s|#|\\\n|>)/.test(token)) commands.at(-1)?.push(unquoted(token));
  }
  return commands.map((words) => words.slice(words.findIndex((word) => !RESERVED.includes(word))));
}

const TOKENS =
  /\\\n|[^\S\n]+|#[^\n]*|>+ *\S+|\w+=\$\(|[\n;|&()]+|(?:'[^']*'|"(?:\\.|[^"\\])*"|\\[^\n]|[^\s;|&()'"\\])+/g;

function unquoted(word: string): string {
  return word
    .replace(
      /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g,
      (_, single, double, escaped) =>
        single ?? double?.replace(/\\(["\\$`])/g, '$1').replace(/\$(\w+)/g, assigned) ?? escaped,
    )
    .replace(/\$(\w+)/g, assigned);
}

const assigned = (variable: string, name: string) => VARIABLES[name] ?? variable;
