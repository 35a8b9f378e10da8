import { elementsOf, type SourceElement } from '../../../shared/activity/source-text.ts';

/** Values as a source sends them: what JSON can't say is left out. */
export function elements(values: readonly unknown[]): readonly SourceElement[] {
  return elementsOfText(JSON.stringify(values));
}

/** @param text a JSON list */
export function elementsOfText(text: string): readonly SourceElement[] {
  return elementsOf(text, JSON.parse(text));
}
