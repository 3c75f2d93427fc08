/** How much a model may remember; all fixed when the model is made. */
export interface ModelSize {
  /** The table of (context, token) pairs has 2^pairBits places. */
  readonly pairBits: number;
  /** 2^slotBits places for values. */
  readonly slotBits: number;
  /** 2^templateBits templates. */
  readonly templateBits: number;
  /** Symbols of all templates together. */
  readonly maxSymbols: number;
  /** Events and values the sliding window holds; powers of two. */
  readonly windowEvents: number;
  readonly windowValues: number;
  /** Bytes of examples, for explanations. */
  readonly exampleBytes: number;
}

/** The sizes for `tableBits` (15, 16 or 17), the setting of a stream. */
export function sizeFor(tableBits: number): ModelSize {
  return {
    pairBits: tableBits,
    slotBits: tableBits - 3,
    templateBits: tableBits - 4,
    maxSymbols: 2 ** (tableBits - 1),
    windowEvents: 2 ** (tableBits - 3),
    windowValues: 2 ** tableBits,
    exampleBytes: 2 ** tableBits,
  };
}
