/**
 * Tables so that each comes after those it refers to; by name where nothing else decides, so that two backups of one
 * database have one order. A table may refer to itself: COPY checks references at its end.
 * @throws RangeError where tables refer to each other in a circle
 */
export function orderTables(names: readonly string[], references: readonly { from: string; to: string }[]): string[] {
  const ordered: string[] = [];
  const left = new Set([...names].sort());
  const waits = (name: string) => references.some(({ from, to }) => from === name && to !== name && left.has(to));
  while (left.size > 0) {
    const next = [...left].find((name) => !waits(name));
    if (next === undefined)
      throw new RangeError(`these tables refer to each other in a circle: ${[...left].join(', ')}`);
    left.delete(next);
    ordered.push(next);
  }
  return ordered;
}
