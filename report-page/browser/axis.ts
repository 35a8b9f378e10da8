/** Room that a time of day needs, in pixels. */
const ROOM = 42;

/** Those marks of an axis whose labels have room: where clocks change they may come too close. */
export function apart<M>(marks: readonly M[], xOf: (mark: M) => number): readonly M[] {
  let end = Number.NEGATIVE_INFINITY;
  return marks.filter((mark) => {
    const x = xOf(mark);
    if (x - end < ROOM) return false;
    end = x;
    return true;
  });
}
