/** An example is kept up to this many bytes. */
export const MAX_EXAMPLE_BYTES = 256;

/**
 * One event of each template, for explanations only: no score reads them. The
 * oldest go when the memory set aside for them is full.
 */
export class Examples {
  private readonly byPlace = new Map<number, Uint8Array>();
  private readonly maxBytes: number;
  private used = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get(place: number): Uint8Array | undefined {
    return this.byPlace.get(place);
  }

  set(place: number, event: Uint8Array): void {
    this.delete(place);
    // A copy also of a Buffer, whose own slice would share the memory of the next chunk.
    const example = Uint8Array.from(event.subarray(0, MAX_EXAMPLE_BYTES));
    this.byPlace.set(place, example);
    this.used += example.length;
    for (const oldest of this.byPlace.keys()) {
      if (this.used <= this.maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(place: number): void {
    const example = this.byPlace.get(place);
    if (example === undefined) return;
    this.used -= example.length;
    this.byPlace.delete(place);
  }

  entries(): IterableIterator<[number, Uint8Array]> {
    return this.byPlace.entries();
  }

  /** What the examples may take at most. */
  get bytes(): number {
    return this.maxBytes;
  }
}
