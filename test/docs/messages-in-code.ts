import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseSync } from '@swc/core';
import { simpleCommands } from './commands-in-pages.ts';

/** A text in the code that a person may come to read. */
export interface Message {
  /** The file it stands in. */
  readonly file: string;
  readonly text: string;
  /** Whether it is one of an error. */
  readonly isOfError: boolean;
}

/** Stands for what calls our command: `npm run activity --`, `activity`, … */
const OURS = '@activity';

/** What stands in the holes of texts, by the names of what fills them; `1` for any other. */
const FILLED: Readonly<Record<string, string>> = {
  typed: OURS,
  typedDemo: `${OURS} demo`,
  data: '--data ./lake',
  connection: '--account-id acc-1 --host smartassist.kore.ai --credentials file.json',
};

interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly operator?: string;
  readonly left?: Node;
  readonly right?: Node;
  readonly callee?: Node;
  readonly arguments?: readonly { readonly expression: Node }[];
  readonly quasis?: readonly { readonly cooked: string }[];
  readonly expressions?: readonly Node[];
}

/** Every text in the code of the product, holes filled in. */
export const messages: readonly Message[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', 'cli', 'shared', 'functions', 'infra'],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => messagesIn(file, readFileSync(file, 'utf8')));

export function messagesIn(file: string, source: string): readonly Message[] {
  const found: Message[] = [];
  const visit = (node: unknown, isOfError: boolean): void => {
    if (typeof node !== 'object' || node === null) return;
    const text = textOf(node as Node);
    if (text !== null) found.push({ file, text, isOfError });
    if (text !== null && (node as Node).type !== 'TemplateLiteral') return;
    const ofError = isOfError || /Error$|^missingOption$|^wrong/.test(called(node as Node));
    for (const each of Object.values(node)) visit(each, ofError);
  };
  visit(parseSync(source, { syntax: 'typescript' }).body, false);
  return found;
}

/** The text that an expression makes; `null` when it is none that stands in the code. */
function textOf(node: Node): string | null {
  if (node.type === 'StringLiteral') return String(node.value);
  if (node.type === 'TemplateLiteral') {
    const { quasis = [], expressions = [] } = node;
    return quasis
      .flatMap(({ cooked }, index) => [
        cooked,
        index < expressions.length ? filling(expressions[index]) : '',
      ])
      .join('');
  }
  if (node.type === 'BinaryExpression' && node.operator === '+' && node.left && node.right) {
    const [left, right] = [textOf(node.left), textOf(node.right)];
    return left === null && right === null ? null : `${left ?? '1'}${right ?? '1'}`;
  }
  if (called(node) === 'typedCommand') return commandOf(node);
  return null;
}

function filling(node: Node | undefined): string {
  if (node === undefined) return '';
  if (node.type === 'Identifier') return FILLED[String(node.value)] ?? '1';
  if (called(node) === 'typedCommand') return commandOf(node) ?? '1';
  return '1';
}

function commandOf({ arguments: given = [] }: Node): string | null {
  const [words] = given;
  const text = words && textOf(words.expression);
  return text ? `${OURS} ${text}` : null;
}

/** The name of what an expression calls, or makes with `new`. */
function called({ type, callee }: Node): string {
  return type === 'CallExpression' || type === 'NewExpression' ? String(callee?.value ?? '') : '';
}

/** A command that a message tells its reader to type. */
export interface MessageCommand {
  readonly file: string;
  readonly words: readonly string[];
}

/** What in a text is to be typed: what stands in backticks, and what follows the name of our command to the end of its line. */
export function commandsIn(
  { file, text }: Message,
  names: readonly string[],
): readonly MessageCommand[] {
  const spans = [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  const lines = [
    ...text
      .replace(/`[^`]*`/g, '')
      .matchAll(/(?:^|\s)((?:@activity|aws) (?!.*[a-z]\. [A-Z]).*)$/gm),
  ];
  const typed = [...spans, ...lines.map(([, code = '']) => code)];
  return typed
    .flatMap((code) => simpleCommands(code))
    .map((words) => (names.includes(words[0] ?? '') ? [OURS, ...words] : words))
    .filter(([program = '']) => [OURS, 'aws', 'npm', 'npx', 'cdk'].includes(program))
    .map((words) => ({ file, words }));
}
