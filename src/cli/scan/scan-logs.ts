import {
  defaultSettings,
  type EventVerdict,
  type ExplainWhich,
  LogDetector,
  PROFILES,
  VerdictDigest,
  type WindowVerdict,
} from '../../detect/anomaly/index.ts';
import { HoldfastError, messageOf } from '../../platform/errors/holdfast-error.ts';
import { eventOfLine } from './event-of-line.ts';
import { readLineBatches } from './read-lines.ts';
import type { ScanOptions } from './scan-options.ts';

/** What a scan tells as it goes. */
export interface ScanSink {
  /** @param n the event's number in FILE; verdict.n counts the baseline too when learning goes on */
  event(event: Uint8Array, n: number, verdict: EventVerdict): void;
  window(window: WindowVerdict): void;
  /** After each batch, so that output can be written out and progress shown. */
  batch(progress: { events: number; bytesRead: number; bytesInAll: number | null; anomalies: number }): Promise<void>;
  /** Called for each anomaly when the evidence is to be kept, before the event is learned. */
  evidence?: (event: Uint8Array, detector: LogDetector, n: number) => void;
}

export interface ScanSummary {
  readonly events: number;
  /** Bytes of the events, line ends not counted twice: what was read of the file. */
  readonly bytes: number;
  readonly seconds: number;
  /** 10⁶ bytes per second. */
  readonly mbPerSecond: number;
  readonly anomalies: number;
  readonly memoryBytes: number;
  readonly digest: string;
}

/**
 * Scans one file of log lines.
 *
 * @param which which events need an explanation
 * @param now milliseconds, from a clock that does not step
 * @throws HoldfastError `scan.not-readable`, `scan.line-too-long`, `scan.bad-windows`
 */
export async function scanLogs(
  file: string,
  options: ScanOptions,
  which: ExplainWhich,
  sink: ScanSink,
  now: () => number,
  signal?: AbortSignal,
): Promise<ScanSummary> {
  const detector = makeDetector(options);
  const eventOf = eventOfLine(options.format);
  for (const baseline of options.baseline ?? []) {
    for await (const { lines } of readLineBatches(baseline)) for (const line of lines) detector.judge(eventOf(line));
  }
  const learned = detector.warming.seen;
  const learns = options.baseline === undefined || options.learn === true;
  if (!learns) detector.freeze();
  detector.takeWindows();

  const digest = new VerdictDigest();
  let events = 0;
  let bytes = 0;
  let anomalies = 0;
  const started = now();
  let engineMs = 0;
  const keep = sink.evidence;
  const onAnomaly = keep === undefined ? undefined : (event: Uint8Array) => keep(event, detector, events);
  const follow = { ...(options.follow ? { follow: true } : {}), ...(signal ? { signal } : {}) };
  for await (const { lines, bytesRead, bytesInAll } of readLineBatches(file, follow)) {
    bytes = bytesRead;
    const batch = options.format === 'text' ? lines : lines.map(eventOf);
    if (options.stats === true) {
      // The figures are to be those of the engine: judged as a whole batch, told afterwards.
      const began = now();
      const verdicts = batch.map((line) => (learns ? detector.judge(line, 'never') : detector.look(line, 'never')));
      engineMs += now() - began;
      for (const verdict of verdicts) {
        events += 1;
        if (verdict.anomaly) anomalies += 1;
        digest.add(events, verdict.score, verdict.p, verdict.anomaly);
      }
      detector.takeWindows();
    } else {
      for (const line of batch) {
        events += 1;
        const verdict = learns ? detector.judge(line, which, onAnomaly) : detector.look(line, which, onAnomaly);
        if (verdict.anomaly) anomalies += 1;
        digest.add(events, verdict.score, verdict.p, verdict.anomaly);
        sink.event(line, events, verdict);
        if (options.windows)
          for (const window of detector.takeWindows()) sink.window(moved(window, learns ? learned : 0));
      }
    }
    await sink.batch({ events, bytesRead, bytesInAll, anomalies });
    if (signal?.aborted) break;
  }
  const seconds = Math.max(0.000_001, (options.stats === true ? engineMs : now() - started) / 1000);
  return {
    events,
    bytes,
    seconds: Math.round(seconds * 1e6) / 1e6,
    mbPerSecond: Math.round((bytes / 1e6 / seconds) * 100) / 100,
    anomalies,
    memoryBytes: detector.memoryBytes,
    digest: digest.hex(),
  };
}

function makeDetector(options: ScanOptions): LogDetector {
  try {
    return new LogDetector({
      alpha: options.alpha ?? PROFILES[options.profile],
      tableBits: options.tableBits ?? defaultSettings.tableBits,
      window: options.windows ?? null,
    });
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new HoldfastError({
      code: 'scan.bad-windows',
      kind: 'invalid',
      message: `--windows: ${messageOf(thrown)}`,
      cause: thrown,
    });
  }
}

/** A window's event numbers as those of FILE; one that began in the baseline begins at 0 or before. */
function moved(window: WindowVerdict, by: number): WindowVerdict {
  return by === 0 ? window : { ...window, from: window.from - by, to: window.to - by };
}
