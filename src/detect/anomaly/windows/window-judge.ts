import type { StreamModel } from '../model/stream-model.ts';
import { FIRST_CALIBRATED_EVENT } from '../settings.ts';
import type { ByteReader, ByteWriter } from '../snapshot/bytes.ts';
import type { EventVerdict, WindowVerdict } from '../verdict.ts';
import { CHANNELS, ChannelMeter } from './channels.ts';
import { type EventRecord, NEW_TEMPLATE } from './event-record.ts';
import { windowFigures } from './figures.ts';
import { channelPValues, drawNull, type NullDistribution } from './null-distribution.ts';

/** Events a window is compared with, and the fewest there must be for a p-value. */
const BASELINE_EVENTS = 1500;
const MIN_BASELINE_EVENTS = 350;
/** The null is drawn again when the baseline has moved on by so many events. */
const REFRESH_EVENTS = 500;
/** Past windows a window is ranked among. */
const PAST_WINDOWS = 512;
const RECORDS = 4096;
/** A window is made of at most so many hops: each keeps its counts of bytes, and a stream's memory is bounded. */
const MAX_HOPS = 64;
const MAX_WINDOW_EVENTS = RECORDS - BASELINE_EVENTS - REFRESH_EVENTS - 1;
const UNIT = 100;

/**
 * Judges windows of events by four channels against a null drawn from the
 * events before the window. Everything of an event was measured before the
 * model learned it.
 */
export class WindowJudge {
  readonly events: number;
  readonly hop: number;
  // The last RECORDS events, a ring by the event's number.
  private readonly novelty = new Int32Array(RECORDS);
  private readonly score = new Int32Array(RECORDS);
  private readonly values = new Int32Array(RECORDS);
  private readonly template = new Int32Array(RECORDS);
  private readonly bits = new Int32Array(RECORDS);
  /** Byte counts of the hops a window consists of, oldest overwritten. */
  private readonly byteCounts: Uint32Array;
  /** What the bootstrap said of the last windows, a ring by the number of the judged window. */
  private readonly pastP = new Float64Array(PAST_WINDOWS);
  private pastCount = 0;
  private frozenAt = -1;
  private frozenBits = 0;
  private seen = 0;
  private windowsSeen = 0;
  /** Number of the last baseline event of the null in use; 0 for none. */
  private drawnAt = 0;
  private drawn: { readonly meter: ChannelMeter; readonly null: NullDistribution } | null = null;
  private ended: WindowVerdict[] = [];

  /** Throws a RangeError unless 1 ≤ hop ≤ events ≤ MAX_WINDOW_EVENTS and events is at most MAX_HOPS times hop, exactly. */
  constructor(window: { readonly events: number; readonly hop: number }) {
    const { events, hop } = window;
    if (!Number.isInteger(hop) || hop < 1 || hop > events || events % hop !== 0 || !fits(events, hop)) {
      throw new RangeError(
        `a window of ${events} events with a hop of ${hop}: at most ${MAX_WINDOW_EVENTS} events, a multiple of the hop, at most ${MAX_HOPS} times it`,
      );
    }
    this.events = events;
    this.hop = hop;
    this.byteCounts = new Uint32Array(256 * (events / hop));
  }

  /** Takes in an event the model has scored and not yet learned. */
  push(model: StreamModel, verdict: EventVerdict, event: Uint8Array): void {
    const place = this.seen % RECORDS;
    this.novelty[place] = Math.round(model.excess * UNIT);
    this.score[place] = Math.round(verdict.score * UNIT);
    this.values[place] = Math.round(model.valueExcessSum * UNIT);
    this.template[place] = model.isNew ? NEW_TEMPLATE : model.tokens.templateHash;
    this.bits[place] = Math.round(verdict.bits * UNIT);
    const part = Math.floor(this.seen / this.hop) % (this.events / this.hop);
    const counts = this.byteCounts.subarray(part * 256, part * 256 + 256);
    if (this.seen % this.hop === 0) counts.fill(0);
    for (let at = 0; at < event.length; at += 1) counts[event[at]!]! += 1;
    this.seen += 1;
    if (this.seen >= this.events && this.seen % this.hop === 0) this.end();
  }

  take(): WindowVerdict[] {
    const ended = this.ended;
    this.ended = [];
    return ended;
  }

  private end(): void {
    const from = this.seen - this.events;
    const window = this.records(from, this.seen);
    if (this.frozenAt < 0) this.refreshNull(from);
    this.windowsSeen += 1;
    const figures = windowFigures(
      this.bytesOfWindow(),
      this.bitsOf(from, this.seen),
      this.frozenAt < 0 ? this.pastBits(from) : this.frozenBits,
    );
    const base = { n: this.windowsSeen, from: from + 1, to: this.seen, ...figures };
    if (this.drawn === null) {
      const score = rounded(window.reduce((sum, event) => sum + event.novelty, 0) / UNIT / this.events);
      this.ended.push({ ...base, score, p: null, channels: null, fired: null });
      return;
    }
    const { meter } = this.drawn;
    const statistics = meter.measure(window, meter.numbersOf(window), Int32Array.from(window.keys()));
    const channels = channelPValues(statistics, this.drawn.null);
    let fired = CHANNELS[0] as (typeof CHANNELS)[number];
    for (const channel of CHANNELS) if (channels[channel] < channels[fired]) fired = channel;
    this.ended.push({
      ...base,
      score: rounded(statistics.novelty / UNIT / this.events),
      p: this.amongOwn(Math.min(1, channels[fired] * CHANNELS.length)),
      channels,
      fired,
    });
  }

  /**
   * From now on events are not learned: windows start anew and are compared
   * with what was there before, and not with each other.
   */
  freeze(): void {
    this.refreshNull(this.seen);
    this.frozenAt = this.seen;
    this.frozenBits = this.pastBits(this.seen);
    this.seen = 0;
    this.windowsSeen = 0;
    this.ended = [];
  }

  /**
   * A window is at most as strange as the share of the stream's own windows
   * that were as strange: a stream that changes all the time does not alarm all
   * the time. The first strange window is judged by the bootstrap alone.
   */
  private amongOwn(p: number): number {
    let atLeast = 0;
    const kept = Math.min(this.pastCount, PAST_WINDOWS);
    if (this.frozenAt < 0) {
      for (let i = 0; i < kept; i += 1) if (this.pastP[i]! <= p) atLeast += 1;
      this.pastP[this.pastCount % PAST_WINDOWS] = p;
      this.pastCount += 1;
    }
    return Math.round(Math.max(p, atLeast / (kept + 1)) * 1e6) / 1e6;
  }

  private refreshNull(baselineEnd: number): void {
    const first = Math.max(FIRST_CALIBRATED_EVENT - 1, baselineEnd - BASELINE_EVENTS);
    if (baselineEnd - first < MIN_BASELINE_EVENTS) return;
    if (this.drawn !== null && baselineEnd - this.drawnAt < REFRESH_EVENTS) return;
    this.drawnAt = baselineEnd;
    this.draw();
  }

  private draw(): void {
    const first = Math.max(FIRST_CALIBRATED_EVENT - 1, this.drawnAt - BASELINE_EVENTS);
    // Shares are those of the older half and windows are drawn from the newer one: drawn from the same events, they
    // would never hold a template the shares do not know, and every window with one would look strange.
    const middle = (first + this.drawnAt) >>> 1;
    const meter = new ChannelMeter(this.records(first, middle), this.events);
    this.drawn = { meter, null: drawNull(this.records(middle, this.drawnAt), meter, this.events, this.drawnAt) };
  }

  private records(from: number, to: number): EventRecord[] {
    const records: EventRecord[] = [];
    for (let number = from; number < to; number += 1) {
      const place = number % RECORDS;
      records.push({
        novelty: this.novelty[place]!,
        score: this.score[place]!,
        values: this.values[place]!,
        template: this.template[place]!,
      });
    }
    return records;
  }

  private pastBits(baselineEnd: number): number {
    return this.bitsOf(Math.max(0, baselineEnd - BASELINE_EVENTS), baselineEnd);
  }

  private bitsOf(from: number, to: number): number {
    let sum = 0;
    for (let number = from; number < to; number += 1) sum += this.bits[number % RECORDS]!;
    return sum / UNIT;
  }

  private bytesOfWindow(): Uint32Array {
    const sum = new Uint32Array(256);
    for (let at = 0; at < this.byteCounts.length; at += 1) sum[at & 255]! += this.byteCounts[at]!;
    return sum;
  }

  write(out: ByteWriter): void {
    for (const ring of [this.novelty, this.score, this.values, this.template, this.bits]) out.numbers(ring);
    out.numbers(this.byteCounts);
    out.numbers(this.pastP);
    for (const value of [this.seen, this.windowsSeen, this.drawnAt, this.pastCount]) out.whole(value);
  }

  /** The null is drawn again from the same events with the same seed. */
  read(from: ByteReader): void {
    for (const ring of [this.novelty, this.score, this.values, this.template, this.bits]) from.numbers(ring);
    from.numbers(this.byteCounts);
    from.numbers(this.pastP);
    this.seen = from.whole();
    this.windowsSeen = from.whole();
    this.drawnAt = from.whole();
    this.pastCount = from.whole();
    if (this.drawnAt > 0) this.draw();
  }

  get bytes(): number {
    return RECORDS * 20 + this.byteCounts.byteLength + this.pastP.byteLength + CHANNELS.length * 8 * 999;
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function fits(events: number, hop: number): boolean {
  return events <= MAX_WINDOW_EVENTS && events / hop <= MAX_HOPS;
}
