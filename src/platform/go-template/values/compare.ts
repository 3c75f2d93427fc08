import { formatValue, PLAIN } from '../fmt/format-value.ts';
import { type CallContext, compareBytes, fieldOf, type GoValue, type Maybe, NOTHING } from './go-value.ts';

const BASIC = new Set(['bool', 'float', 'int', 'string']);

/** `eq` of two values. @throws Error in Go's words for what cannot be compared */
export function equalValues(left: Maybe, right: Maybe, context: CallContext): boolean {
  if (left === NOTHING || right === NOTHING) return left === right;
  const leftKind = left.type.kind;
  const rightKind = right.type.kind;
  const isBasic = BASIC.has(leftKind);
  if (isBasic !== BASIC.has(rightKind) || (isBasic && leftKind !== rightKind))
    throw new Error(`incompatible types for comparison: ${left.type.name} and ${right.type.name}`);
  if (isBasic) return left.value === right.value;
  if (leftKind !== rightKind)
    throw new Error(
      `non-comparable types ${show(left, context)}: ${left.type.name}, ${right.type.name}: ${show(right, context)}`,
    );
  if (leftKind !== 'struct') throw new Error(`non-comparable type ${show(right, context)}: ${right.type.name}`);
  if (left.type !== right.type) return false;
  if (left.type.fields.length === 0) return show(left, context) === show(right, context);
  const comparable = left.type.fields.every((name) => BASIC.has(fieldOf(left, name)?.type.kind ?? 'int'));
  if (!comparable) throw new Error(`non-comparable type ${show(right, context)}: ${right.type.name}`);
  return left.type.fields.every((name) => fieldOf(left, name)?.value === fieldOf(right, name)?.value);
}

/**
 * The order of two values; null where there is none (NaN).
 * @throws Error in Go's words for what has no order
 */
export function compareValues(left: Maybe, right: Maybe): number | null {
  for (const value of [left, right]) {
    if (value === NOTHING || !BASIC.has(value.type.kind)) throw new Error('invalid type for comparison');
  }
  const [one, other] = [left as GoValue, right as GoValue];
  if (one.type.kind !== other.type.kind)
    throw new Error(`incompatible types for comparison: ${one.type.name} and ${other.type.name}`);
  switch (one.type.kind) {
    case 'bool':
      throw new Error('invalid type for comparison');
    case 'string':
      return compareBytes(one.value as string, other.value as string);
    default: {
      const a = one.value as number | bigint;
      const b = other.value as number | bigint;
      return a < b ? -1 : a > b ? 1 : a === b ? 0 : null;
    }
  }
}

function show(value: GoValue, context: CallContext): string {
  return formatValue(value, 'v', PLAIN, context);
}
