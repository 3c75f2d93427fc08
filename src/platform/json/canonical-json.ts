/** JSON with the keys of every object in order, so that equal values have equal texts (and hashes). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(
      Object.entries(each).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)),
    );
  });
}

/** Freezes a value and everything in it; plans are not edited after they were approved. */
export function deepFreeze<Value>(value: Value): Value {
  const stack: unknown[] = [value];
  while (stack.length > 0) {
    const each = stack.pop();
    if (typeof each !== 'object' || each === null || Object.isFrozen(each)) continue;
    Object.freeze(each);
    stack.push(...Object.values(each));
  }
  return value;
}
