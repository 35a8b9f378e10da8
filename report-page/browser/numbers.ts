/** Numbers and lengths as the page writes them. */

const whole = new Intl.NumberFormat('en-GB');
const tenths = new Intl.NumberFormat('en-GB', {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

export function count(number: number): string {
  return whole.format(number);
}

/** `41.2` */
export function tenth(number: number): string {
  return tenths.format(number);
}

/** `12.5 %`; an en dash where there is nothing to divide by. */
export function percent(part: number, of: number): string {
  return of === 0 ? '–' : `${tenth((100 * part) / of)} %`;
}

/** Seconds → `412.3` hours */
export function hours(seconds: number): string {
  return tenth(seconds / 3_600);
}

/** Seconds → `7:42:10` */
export function clockLength(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${h}:${String(m).padStart(2, '0')}:${String(s).padStart(2, '0')}`;
}

/** Seconds → `7 h 42 min`, `14 min 57 s`, `3 s` */
export function length(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h > 0) return m > 0 ? `${h} h ${m} min` : `${h} h`;
  if (m > 0) return s > 0 ? `${m} min ${s} s` : `${m} min`;
  return `${s} s`;
}

/** `1 agent`, `2 agents` */
export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}
