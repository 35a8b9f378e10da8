/** Half-open span of instants, `[fromMs, toMs)`, epoch milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whether there is an instant that lies in both. */
export function overlaps(a: Span, b: Span): boolean {
  return a.fromMs < b.toMs && a.toMs > b.fromMs;
}

/** Whether one of `spans` holds all of `span`. */
export function covers(spans: readonly Span[], span: Span): boolean {
  return spans.some(({ fromMs, toMs }) => fromMs <= span.fromMs && toMs >= span.toMs);
}

/** The same instants as few spans, earliest first, none empty, none touching another. */
export function unionOfSpans(spans: readonly Span[]): Span[] {
  const union: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    if (span.fromMs >= span.toMs) continue;
    const last = union.at(-1);
    if (last === undefined || span.fromMs > last.toMs) union.push(span);
    else union[union.length - 1] = { ...last, toMs: Math.max(last.toMs, span.toMs) };
  }
  return union;
}

/** What of `spans` lies in none of `without`, earliest first. */
export function subtractSpans(spans: readonly Span[], without: readonly Span[]): Span[] {
  const holes = unionOfSpans(without);
  return unionOfSpans(spans).flatMap((span) => {
    const left: Span[] = [];
    let { fromMs } = span;
    for (const hole of holes) {
      if (hole.toMs <= fromMs || hole.fromMs >= span.toMs) continue;
      if (hole.fromMs > fromMs) left.push({ fromMs, toMs: hole.fromMs });
      fromMs = hole.toMs;
    }
    return fromMs < span.toMs ? [...left, { fromMs, toMs: span.toMs }] : left;
  });
}
