const LONGEST = 64;

/** The name a writer most likely meant, or null when none is near enough to be worth saying. */
export function nearestName(written: string, names: readonly string[]): string | null {
  if (written.length > LONGEST) return null;
  const plain = simplify(written);
  let best: { name: string; distance: number } | null = null;
  for (const name of names) {
    const distance = countEdits(plain, simplify(name));
    if (distance > allowedEdits(name)) continue;
    if (best === null || distance < best.distance) best = { name, distance };
  }
  return best?.name ?? null;
}

/** One typing slip in a short word, more in a longer one. */
function allowedEdits(name: string): number {
  return name.length <= 3 ? 1 : name.length <= 7 ? 2 : 3;
}

/** `url_file`, `url-file` and `URLFILE` are the same slip away from `urlFile`: none. */
function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[-_. ]/g, '');
}

/** Levenshtein's distance: the fewest insertions, deletions and replacements between two words. */
export function countEdits(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
