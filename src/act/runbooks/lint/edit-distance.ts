/** How many letters differ between two words (inserted, left out, replaced, swapped), or `limit + 1` when more than `limit`. */
export function editDistance(left: string, right: string, limit = 2): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, place) => place);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1] ? 0 : 1;
      let least = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + same);
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1])
        least = Math.min(least, beforeLast[column - 2]! + 1);
      current.push(least);
    }
    if (Math.min(...current) > limit) return limit + 1;
    beforeLast = last;
    last = current;
  }
  return last[right.length]!;
}

/** The one of these names that was probably meant. */
export function nearestName(written: string, names: Iterable<string>, limit = 2): string | undefined {
  let best: string | undefined;
  let least = Math.min(limit, Math.floor(written.replace(/^-+/, '').length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(written, name, least);
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}
