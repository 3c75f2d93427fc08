import { log2 } from '../arithmetic/log2.ts';

/**
 * Three figures reported beside a window's verdict. They do not decide: each
 * moves with the size and the mix of the window as much as with what is new in
 * it (a window of one template compresses well whether it is usual or a flood).
 *
 * - `entropy`: bits per byte for who knows only how often each byte comes in
 *   the window; 8 is noise, text is about 4 to 5.
 * - `ratio`: the bits the window costs the model that knows the past, over the
 *   bits it has; 0.02 is usual for logs, towards 1 nothing was known.
 * - `ncd`: normalised compression distance between the past and the window,
 *   (C(past+window) − min(C(past), C(window))) / max(C(past), C(window)), with
 *   the model's code lengths for C(past) and C(window given past) and the bytes'
 *   entropy for C(window) alone (M. Li et al., "The similarity metric", IEEE
 *   Transactions on Information Theory 50, 2004).
 */
export interface WindowFigures {
  readonly ncd: number;
  readonly ratio: number;
  readonly entropy: number;
}

/**
 * @param byteCounts how often each of the 256 bytes comes in the window
 * @param bits what the window costs given the past; @param pastBits what the past cost
 */
export function windowFigures(byteCounts: Uint32Array, bits: number, pastBits: number): WindowFigures {
  let bytes = 0;
  for (const count of byteCounts) bytes += count;
  if (bytes === 0) return { ncd: 0, ratio: 0, entropy: 0 };
  let entropy = 0;
  for (const count of byteCounts) if (count > 0) entropy += (count / bytes) * log2(bytes / count);
  const alone = entropy * bytes;
  const larger = Math.max(pastBits, alone);
  const distance = larger > 0 ? (pastBits + bits - Math.min(pastBits, alone)) / larger : 0;
  return { ncd: rounded(Math.max(0, distance)), ratio: rounded(bits / (8 * bytes)), entropy: rounded(entropy) };
}

function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
