type Child = Node | string | null | false;

type Properties = Readonly<Record<string, unknown>>;

/**
 * An element. Texts become text and never markup, whatever they hold.
 *
 * @param properties attributes; functions named `onclick` and the like listen
 */
export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[T] {
  return filled(document.createElement(tag), properties, children);
}

export function drawing<T extends keyof SVGElementTagNameMap>(
  tag: T,
  properties: Properties = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[T] {
  return filled(
    document.createElementNS('http://www.w3.org/2000/svg', tag),
    properties,
    children,
  ) as SVGElementTagNameMap[T];
}

function filled<E extends Element>(made: E, properties: Properties, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === 'function') {
      made.addEventListener(name.slice(2), value as EventListener);
    } else made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== false));
  return made;
}
