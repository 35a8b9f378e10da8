import fc from 'fast-check';
import { elementsUnder, isHeldExactly, membersOf } from '../../../shared/activity/source-text.ts';
import { elements, elementsOfText } from './elements.ts';

/** Text of a JSON value with white space wherever it may stand, and escapes that need not be. */
const spaced: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'json' },
    fc.constantFrom('true', 'false', 'null', '0', '-1.5e+3', '123456789012345678901', '""'),
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
    fc.constantFrom('"\\\\"', '"a\\"b"', '"\\u0041,]}"', '"{\\\\\\"["'),
    joined('[', fc.array(tie('value'), { maxLength: 4 }), ']'),
    joined(
      '{',
      fc.array(
        fc
          .tuple(
            fc.constantFrom('"a"', '"b"', '"A"', '"\\u0061"', '"__proto__"'),
            space(),
            tie('value'),
          )
          .map(([name, gap, value]) => `${name}${gap}:${gap}${value}`),
        { maxLength: 4 },
      ),
      '}',
    ),
  ),
})).value;

function space() {
  return fc.constantFrom('', '', ' ', '\n\t', '\r\n');
}

function joined(open: string, parts: fc.Arbitrary<string[]>, close: string) {
  return fc
    .tuple(parts, space())
    .map(([texts, gap]) => open + gap + texts.join(`${gap},${gap}`) + gap + close);
}

describe('the text of elements', () => {
  it('is what the source wrote, whatever that is', () => {
    fc.assert(
      fc.property(fc.array(spaced, { maxLength: 5 }), space(), (texts, gap) => {
        const list = `[${gap}${texts.join(`${gap},${gap}`)}${gap}]`;
        const body = `${gap}{"x":${gap}[{"AgentUpdates":[1]}],"agentUpdates"${gap}:${list},"y":"]}"${gap}}`;
        const values = JSON.parse(list) as unknown[];
        const found = elementsUnder(body, 'agentupdates', values);
        expect(found?.map(({ text }) => text)).toEqual(texts);
        expect(found?.map(({ value }) => value)).toEqual(values);
      }),
      { numRuns: 300 },
    );
  });

  it('need not be read exactly when nothing of it is lost', () => {
    fc.assert(
      fc.property(spaced, (text) => {
        const [element] = elementsOfText(`[${text}]`);
        if (!element?.plain) return;
        // Written again, it has the same members with the same texts.
        const again = membersOf({ ...element, plain: false });
        expect(membersOf(element).map(({ name, value }) => [name, JSON.stringify(value)])).toEqual(
          again.map(({ name, value }) => [name, JSON.stringify(value)]),
        );
        for (const { value, text } of again) {
          if (typeof value === 'number') expect(text).toBe(String(value));
        }
      }),
      { numRuns: 500 },
    );
    expect(elements([{ a: 'x', b: 7, c: null, d: true }])[0]?.plain).toBe(true);
    const odd = ['{"a":1.0}', '{"a":-0}', '{"a":1234567890123456}', '{"a":1,"a":2}', '{"a":[1]}'];
    for (const text of odd) expect(elementsOfText(`[${text}]`)[0]?.plain).toBe(false);
  });

  it('gives the members in their order, those of one name too', () => {
    const [element] = elementsOfText('[{"b": 1.0, "a":"\\u00e9", "b" : {"c":[]}}]');
    expect(membersOf(element as NonNullable<typeof element>)).toEqual([
      { name: 'b', value: 1, text: '1.0' },
      { name: 'a', value: 'é', text: '"\\u00e9"' },
      { name: 'b', value: { c: [] }, text: '{"c":[]}' },
    ]);
  });

  it('is of no list when the body has a name twice', () => {
    const body = '{"AgentUpdates":[1],"AgentUpdates":[]}';
    expect(elementsUnder(body, 'agentupdates', [])).toBeNull();
    const none = '{"AgentUpdates":null,"AgentUpdates":[1,2]}';
    expect(elementsUnder(none, 'agentupdates', [1, 2])).toBeNull();
  });
});

describe('isHeldExactly', () => {
  it('holds of every number that a double writes, in any spelling of it', () => {
    const finite = fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((number) => !Number.isInteger(number) || Number.isSafeInteger(number));
    fc.assert(
      fc.property(finite, fc.nat(20), (number, digits) => {
        expect(isHeldExactly(String(number))).toBe(true);
        expect(isHeldExactly(number.toExponential())).toBe(true);
        if (/^-?\d+\.\d+$/.test(String(number))) {
          expect(isHeldExactly(`${number}${'0'.repeat(digits)}`)).toBe(true);
        }
      }),
    );
  });

  it('holds of no two different numbers that a double makes one of', () => {
    const digits = fc.bigInt({ min: 10n ** 17n, max: 10n ** 40n });
    fc.assert(
      fc.property(digits, fc.integer({ min: 1, max: 9 }), (first, more) => {
        const texts = [`0.${first}`, `0.${first + BigInt(more)}`];
        if (Number(texts[0]) !== Number(texts[1])) return;
        const values = texts.filter(isHeldExactly).map((text) => text.replace(/0+$/, ''));
        expect(new Set(values).size).toBeLessThanOrEqual(1);
      }),
    );
  });
});
