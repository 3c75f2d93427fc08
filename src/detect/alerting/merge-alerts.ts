import { type Alert, isResolvedAt } from './alert.ts';

/**
 * What is known of an alert after another report of it. Reports whose times overlap are one firing: earliest start, the
 * later report's annotations, the latest explicit end. Without overlap the new report stands alone.
 */
export function mergeAlerts(known: Alert | undefined, report: Alert, nowMs: number): Alert {
  if (!known) return report;
  if (!overlaps(known, report)) return keepReceipt(known, report, nowMs);
  const [older, younger] = report.updatedAtMs < known.updatedAtMs ? [report, known] : [known, report];
  const startsAtMs = Math.min(older.startsAtMs, younger.startsAtMs);
  const keepsOlderEnd =
    older.endsAtMs > younger.endsAtMs &&
    // Of two ends the latest counts; a firing report is only outlasted by an end that somebody named.
    (isResolvedAt(younger, nowMs) ? isResolvedAt(older, nowMs) : !older.timeout);
  return keepReceipt(
    known,
    { ...younger, startsAtMs, endsAtMs: keepsOlderEnd ? older.endsAtMs : younger.endsAtMs },
    nowMs,
  );
}

function overlaps(known: Alert, report: Alert): boolean {
  const within = (timeMs: number) => timeMs > known.startsAtMs && timeMs < known.endsAtMs;
  return within(report.endsAtMs) || within(report.startsAtMs);
}

/** The receipt is that of the firing: a report of what was over begins a new one. */
function keepReceipt(known: Alert, alert: Alert, nowMs: number): Alert {
  return isResolvedAt(known, nowMs) ? alert : { ...alert, receivedAtMs: known.receivedAtMs };
}
