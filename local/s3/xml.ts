const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export const element = (name: string, ...children: readonly string[]) =>
  `<${name}>${children.join('')}</${name}>`;

export const textElement = (name: string, value: string | number | boolean) =>
  element(name, escapeXml(String(value)));

export const document = (root: string, ...children: readonly string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n` +
  `<${root} xmlns="${NAMESPACE}">${children.join('')}</${root}>`;

/** As errors are sent: clients that look for their code find none in a namespace. */
export const withoutNamespace = (root: string, ...children: readonly string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, ...children)}`;

function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may have them, and they must be escaped.
  return text.replace(/[&<>"\u0000-\u001f]/g, (character) => `&#${character.charCodeAt(0)};`);
}
