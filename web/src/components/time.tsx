import { formatAbsolute, formatClock, formatRelative, formatSpan } from '../lib/format-time.ts';
import { useTicking } from '../lib/use-ticking.ts';

/** A moment: relative up to a day, exact with zone on hover. */
export function Time({ at, className }: { at: string; className?: string }) {
  const text = useTicking((nowMs) => formatRelative(at, nowMs));
  return (
    <time dateTime={at} title={formatAbsolute(at)} className={className}>
      {text}
    </time>
  );
}

/** A moment as a clock shows it. */
export function ClockTime({ at, className }: { at: string; className?: string }) {
  return (
    <time dateTime={at} title={formatAbsolute(at)} className={className}>
      {formatClock(at)}
    </time>
  );
}

/** How long something has been going on, ticking. */
export function Age({ since }: { since: string }) {
  return <>{useTicking((nowMs) => formatSpan(nowMs - Date.parse(since)))}</>;
}

/** How long until a moment, ticking; `past` once it is over. */
export function Countdown({ until, past }: { until: string; past: string }) {
  return (
    <time dateTime={until} title={formatAbsolute(until)}>
      {useTicking((nowMs) => {
        const leftMs = Date.parse(until) - nowMs;
        return leftMs > 0 ? formatSpan(leftMs) : past;
      })}
    </time>
  );
}
