import type { Arithmetic, Comparison } from './expression.ts';

const COMPARE: Readonly<Record<Comparison, (left: number, right: number) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '>': (left, right) => left > right,
  '<': (left, right) => left < right,
  '>=': (left, right) => left >= right,
  '<=': (left, right) => left <= right,
};
const CALCULATE: Readonly<Record<Arithmetic, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': raise,
  atan2: Math.atan2,
};

export const compareNumbers = (operator: Comparison, left: number, right: number): boolean =>
  COMPARE[operator](left, right);
export const calculate = (operator: Arithmetic, left: number, right: number): number =>
  CALCULATE[operator](left, right);

/** IEEE 754's pow, which Go has: 1 to the power of anything is 1. */
function raise(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && (exponent === Number.POSITIVE_INFINITY || exponent === Number.NEGATIVE_INFINITY)))
    return 1;
  return base ** exponent;
}
