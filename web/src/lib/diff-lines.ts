export type DiffLine = { kind: 'same' | 'removed' | 'added'; text: string };

/** Beyond this many pairs of lines everything is told as replaced: nobody reads such a difference line by line. */
const MOST_PAIRS = 1_000_000;

/** What became of each line between two texts: the fewest removed and added, in the order of the text. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  if (before.length * after.length > MOST_PAIRS) {
    return [...before.map((text) => line('removed', text)), ...after.map((text) => line('added', text))];
  }
  // common[i][j]: length of the longest common part of what is left from i and j on.
  const common = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const row = common[i];
      if (row) row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [old, fresh] = [before[i], after[j]];
    if (old !== undefined && old === fresh) {
      lines.push(line('same', old));
      i += 1;
      j += 1;
    } else if (old !== undefined && (fresh === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(line('removed', old));
      i += 1;
    } else {
      lines.push(line('added', fresh ?? ''));
      j += 1;
    }
  }
  return lines;
}

const line = (kind: DiffLine['kind'], text: string): DiffLine => ({ kind, text });
