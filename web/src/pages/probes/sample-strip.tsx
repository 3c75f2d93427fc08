import type { ProbeSample } from '../../../../src/contract/probe.ts';
import { formatDuration } from '../../lib/format-time.ts';

const HEIGHT = 56;
const BAR = 6;
const GAP = 2;

/** Latest answers as bars, oldest left: height is the time it took, a failed one is hollow, red and of full height. The table below says the same. */
export function SampleStrip({ samples, timeoutMs }: { samples: readonly ProbeSample[]; timeoutMs: number }) {
  const oldestFirst = samples.toReversed();
  const slowestMs = Math.max(1, ...samples.filter((sample) => sample.healthy).map((sample) => sample.durationMs));
  const failed = samples.filter((sample) => !sample.healthy).length;
  const width = oldestFirst.length * (BAR + GAP);
  return (
    <figure>
      <svg
        viewBox={`0 0 ${width} ${HEIGHT}`}
        width={width}
        height={HEIGHT}
        preserveAspectRatio="none"
        className="max-w-full border-b border-line-strong"
        role="img"
        aria-label={`${samples.length} latest answers, ${failed} failed, slowest good one ${formatDuration(slowestMs)}`}
      >
        {oldestFirst.map((sample, index) => {
          const height = sample.healthy ? Math.max(3, (sample.durationMs / slowestMs) * (HEIGHT - 8)) : HEIGHT;
          const x = index * (BAR + GAP);
          return (
            <rect
              key={sample.at}
              x={sample.healthy ? x : x + 0.5}
              y={HEIGHT - height + (sample.healthy ? 0 : 0.5)}
              width={sample.healthy ? BAR : BAR - 1}
              height={height}
              className={sample.healthy ? 'fill-line-strong' : 'fill-bad-soft stroke-bad'}
            />
          );
        })}
      </svg>
      <figcaption className="mt-1 text-small text-quiet">
        {samples.length} latest answers, newest right. Slowest good one {formatDuration(slowestMs)}, {failed} failed,
        limit {formatDuration(timeoutMs)}.
      </figcaption>
    </figure>
  );
}
