import { element } from './element.ts';
import { type Group, LOOKS, swatch } from './groups.ts';
import type { View } from './view.ts';

/** The groups as buttons: one that is switched off is muted in all charts. */
export function legend(view: View, groups: readonly Group[]): HTMLElement {
  const buttons = groups.map((group) => {
    const button = element(
      'button',
      { type: 'button', class: 'legend-entry', onclick: () => view.mute(group) },
      swatch(group),
      LOOKS[group].name,
    );
    view.show(() => button.setAttribute('aria-pressed', String(!view.muted.has(group))));
    return button;
  });
  return element(
    'div',
    { class: 'legend', role: 'group', 'aria-label': 'Groups shown' },
    ...buttons,
  );
}
