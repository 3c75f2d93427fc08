/**
 * What a reader is told of the range a value was expected in. A value may lie inside of it and be strange all the same:
 * by how it changed, or by its level at that hour.
 */
export function expectationText(value: number, expected: readonly [number, number] | null): string {
  if (expected === null) return '';
  const [low, high] = expected;
  if (value < low || value > high) return `expected ${low} to ${high}`;
  return `within the expected ${low} to ${high}, but changed as it seldom does`;
}
