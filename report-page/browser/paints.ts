import { GROUPS, type Group, HATCH, LOOKS, TILE } from './groups.ts';

const COLOURS = ['ink', 'soft', 'line', 'stripe', 'panel', 'pattern'];

/** Of a group; of what is not known; of an edge that midnight cut. */
type Pattern = Group | 'unknown' | 'carried';

/** The colours of the style sheet and the patterns of the groups, for a canvas. */
export class Paints {
  readonly #canvas: HTMLCanvasElement;
  #colours = new Map<string, string>();
  #patterns = new Map<string, CanvasPattern | null>();

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  /** Takes the colours from the style sheet, again when they change. */
  read(): void {
    const style = getComputedStyle(this.#canvas);
    const names = [...COLOURS, ...GROUPS.map((group) => `group-${group}`)];
    this.#colours = new Map(names.map((name) => [name, style.getPropertyValue(`--${name}`)]));
    this.#patterns = new Map();
  }

  colour(name: string): string {
    return this.#colours.get(name) ?? '#888';
  }

  /** @returns `null` for a group that its colour alone stands for */
  pattern(pen: CanvasRenderingContext2D, of: Pattern): CanvasPattern | null {
    const { a: scale } = pen.getTransform();
    const key = `${of} ${scale}`;
    const known = this.#patterns.get(key);
    if (known !== undefined) return known;
    const [path, colour] =
      of === 'unknown'
        ? [HATCH, 'line']
        : of === 'carried'
          ? [HATCH, 'ink']
          : [LOOKS[of].pattern, 'pattern'];
    const made = path === null ? null : this.#tile(pen, path, colour, scale);
    this.#patterns.set(key, made);
    return made;
  }

  #tile(pen: CanvasRenderingContext2D, path: string, colour: string, scale: number) {
    const tile = document.createElement('canvas');
    tile.width = Math.round(TILE * scale);
    tile.height = tile.width;
    const own = tile.getContext('2d') as CanvasRenderingContext2D;
    own.scale(tile.width / TILE, tile.width / TILE);
    own.strokeStyle = this.colour(colour);
    own.lineWidth = 1.25;
    own.lineCap = 'square';
    own.stroke(new Path2D(path));
    const pattern = pen.createPattern(tile, 'repeat');
    pattern?.setTransform(new DOMMatrix().scale(TILE / tile.width));
    return pattern;
  }
}
