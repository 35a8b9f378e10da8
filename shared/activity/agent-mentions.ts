/** Whether a word of a text is the id of an agent who is meant. */
export type IsAgent = (word: string) => boolean;

/** What stands in the place of an id in what is left. */
const ERASED = 'erased';

const LITERAL = /"(?:[^"\\]|\\.)*"/gs;
const WORD = /[\p{L}\p{N}_-]+/gu;
const LITERAL_OR_WORD = new RegExp(`${LITERAL.source}|${WORD.source}`, 'gsu');

/**
 * Whether a text names an agent: as the whole of a JSON text in it, however that is escaped, or as a word
 * of letters, digits, `-` and `_`. An id that is part of a longer word is another one.
 */
export function mentions(text: string, isAgent: IsAgent): boolean {
  for (const word of wordsIn(text)) if (isAgent(word)) return true;
  return false;
}

/** The same for an id that is known: most texts need not be taken apart. */
export function mentionsAgent(text: string, agentId: string): boolean {
  if (!text.includes(agentId) && !text.includes('\\')) return false;
  return mentions(text, (word) => word === agentId);
}

/** JSON text, or a piece of it, without the mentions; what does not mention an agent stays as it is. */
export function withoutMentions(text: string, isAgent: IsAgent): string {
  const inWords = (of: string) => of.replace(WORD, (word) => (isAgent(word) ? ERASED : word));
  return text.replace(LITERAL_OR_WORD, (token) => {
    // Of what is no text JSON knows numbers, and null, that may stand in the place of one.
    if (!token.startsWith('"')) return isAgent(token) ? 'null' : token;
    const value = decoded(token);
    if (value === null) return inWords(token);
    if (isAgent(value.trim())) return `"${ERASED}"`;
    return mentions(token, isAgent) ? JSON.stringify(inWords(value)) : token;
  });
}

function* wordsIn(text: string): Generator<string> {
  for (const [word] of text.matchAll(WORD)) yield word;
  for (const [literal] of text.matchAll(LITERAL)) {
    const value = decoded(literal);
    if (value === null) continue;
    yield value.trim();
    if (literal.includes('\\')) for (const [word] of value.matchAll(WORD)) yield word;
  }
}

function decoded(literal: string): string | null {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return null;
  }
}
