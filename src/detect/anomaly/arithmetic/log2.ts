/**
 * A base-2 logarithm that gives the same bits on every machine.
 *
 * `Math.log2` may differ in the last place between engines and CPUs, and a
 * verdict that has to replay to the same digest cannot stand on it. This one
 * uses only what IEEE 754 fixes exactly (+ − × ÷ and comparison): the exponent
 * is found in the number's own bits, the mantissa in a table of 4,096 steps
 * that is itself made by repeated squaring.
 */

const STEPS = 4096;

/** log2(1 + i / STEPS), i = 0…STEPS, by binary digits: square; a result of 2 or more is a 1. */
const mantissaLog = makeMantissaTable();

function makeMantissaTable(): Float64Array {
  const table = new Float64Array(STEPS + 1);
  for (let step = 0; step < STEPS; step += 1) {
    let x = 1 + step / STEPS;
    let digits = 0;
    let digit = 0.5;
    for (let k = 0; k < 40; k += 1) {
      x *= x;
      if (x >= 2) {
        digits += digit;
        x /= 2;
      }
      digit /= 2;
    }
    table[step] = digits;
  }
  table[STEPS] = 1;
  return table;
}

const asFloat = new Float64Array(1);
const asWords = new Uint32Array(asFloat.buffer);
asFloat[0] = 1;
/** Which of the two words of a double holds the exponent: 1 on little-endian machines, 0 on others. */
const HIGH_WORD = asWords[1] === 0x3ff00000 ? 1 : 0;

/**
 * log2 of a positive, normal number, rounded down to the table's step (an
 * error below 0.0004 bits). Zero, negative and non-finite numbers have no
 * meaning here and give no error: callers pass probabilities and counts.
 */
export function log2(x: number): number {
  asFloat[0] = x;
  const high = asWords[HIGH_WORD] ?? 0;
  return ((high >>> 20) & 2047) - 1023 + (mantissaLog[(high >>> 8) & (STEPS - 1)] ?? 0);
}
