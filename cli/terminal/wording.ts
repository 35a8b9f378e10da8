/** Numbers, instants and spans as people read them. */

/** 12345 → `12,345` */
export function counted(number: number): string {
  return number.toLocaleString('en-US');
}

/** `1 window`, `2 windows` */
export function plural(number: number, noun: string): string {
  return `${counted(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** Epoch milliseconds or ISO 8601 → `2026-01-31 08:00:00Z` */
export function instant(at: number | string): string {
  return new Date(at).toISOString().replace('T', ' ').replace(/\.\d+/, '');
}

/** Milliseconds → `850 ms`, `12.3 s`, `2 m 10 s`, `3 h 5 m`, `2 d 4 h` */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const;
  let left = Math.round(ms / 1_000);
  const parts: string[] = [];
  for (const [unit, seconds] of units) {
    const whole = Math.floor(left / seconds);
    left -= whole * seconds;
    if (whole > 0) parts.push(`${whole} ${unit}`);
  }
  return parts.slice(0, 2).join(' ');
}

/** `812 B`, `14.2 KB`, `3.1 MB` */
export function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const kilobytes = bytes / 1_000;
  return kilobytes < 1_000 ? `${kilobytes.toFixed(1)} KB` : `${(kilobytes / 1_000).toFixed(1)} MB`;
}

/** A word of a command line as a shell takes it. */
export function shellQuoted(text: string): string {
  return /^[\w./:~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
