import { element } from './element.ts';

/** A part of the report: a heading, what it shows in a sentence, and the rest. */
export function section(
  id: string,
  heading: string,
  intro: string,
  ...children: readonly (Node | null)[]
): HTMLElement {
  return element(
    'section',
    { id, 'aria-labelledby': `${id}-heading` },
    element('h2', { id: `${id}-heading` }, heading),
    element('p', { class: 'intro' }, intro),
    ...children,
  );
}

/** A button that shows the table of a chart below it. The table is made when it is first asked for. */
export function tableBehindButton(name: string, tableOf: () => HTMLElement): HTMLElement {
  const place = element('div', { id: `${name}-table`, hidden: true });
  const button = element(
    'button',
    { type: 'button', 'aria-expanded': 'false', 'aria-controls': place.id, onclick: toggle },
    'Show as a table',
  );
  function toggle() {
    place.hidden = !place.hidden;
    if (!place.hidden && place.childElementCount === 0) place.append(tableOf());
    button.setAttribute('aria-expanded', String(!place.hidden));
    button.textContent = place.hidden ? 'Show as a table' : 'Hide the table';
  }
  return element('div', { class: 'behind' }, button, place);
}

/** A table that scrolls in itself, also by keyboard. */
export function scrolling(label: string, table: HTMLElement): HTMLElement {
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label },
    table,
  );
}
