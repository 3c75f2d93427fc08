import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { StreamScores } from '../../../../src/contract/stream.ts';

const HEIGHT = 220;

/**
 * Scores over time: the strangest event of each share of the time, anomalies as marks. Dragging over a stretch looks
 * closer at it. The table below the chart says the same.
 */
export function ScoreChart({
  scores,
  onRange,
}: {
  scores: StreamScores;
  onRange(range: { from: string; to: string }): void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const choose = useRef(onRange);
  choose.current = onRange;
  useEffect(() => {
    const holder = place.current;
    if (!holder) return;
    let chart: uPlot | null = null;
    const draw = () => {
      chart?.destroy();
      chart = new uPlot(
        optionsFor(holder, (range) => choose.current(range)),
        dataOf(scores),
        holder,
      );
    };
    draw();
    const resized = new ResizeObserver(() => chart?.setSize({ width: holder.clientWidth, height: HEIGHT }));
    resized.observe(holder);
    // The canvas knows colours, not names of colours: it is painted again when the theme changes.
    const themed = new MutationObserver(draw);
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      chart?.destroy();
    };
  }, [scores]);
  const strange = scores.points.reduce((sum, point) => sum + point.anomalies, 0);
  return (
    <div
      ref={place}
      role="img"
      aria-label={`Scores of ${scores.events.toLocaleString('en')} events, ${strange} of them anomalies`}
      className="w-full"
    />
  );
}

function dataOf(scores: StreamScores): uPlot.AlignedData {
  const { points } = scores;
  return [
    points.map((point) => Date.parse(point.at) / 1000),
    points.map((point) => point.mean),
    points.map((point) => point.score),
    points.map((point) => (point.anomalies > 0 ? point.score : null)),
  ];
}

const DAY_S = 86_400;

/** The marks of the time axis as clocks show them; over more than a day with its date. */
function timesOf(splits: readonly number[]): string[] {
  const first = splits[0] ?? 0;
  const last = splits.at(-1) ?? first;
  const format = new Intl.DateTimeFormat(undefined, {
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    ...(last - first < 600 ? { second: '2-digit' as const } : {}),
    ...(last - first > DAY_S ? { month: 'short' as const, day: 'numeric' as const } : {}),
  });
  return splits.map((seconds) => format.format(seconds * 1000));
}

function optionsFor(holder: HTMLElement, onRange: (range: { from: string; to: string }) => void): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--quiet'),
    font: '12px system-ui',
    grid: { stroke: color('--line'), width: 1 },
    ticks: { stroke: color('--line'), width: 1 },
  };
  return {
    width: holder.clientWidth,
    height: HEIGHT,
    scales: { x: { time: true }, y: { range: (_chart, _low, high) => [0, Math.max(10, high * 1.05)] } },
    cursor: { drag: { x: true, y: false } },
    legend: { live: true },
    axes: [
      { ...axis, values: (_chart, splits) => timesOf(splits) },
      { ...axis, label: 'Score, bits', labelFont: '12px system-ui', labelSize: 16, size: 44 },
    ],
    series: [
      { label: 'At', value: (_chart, seconds) => (seconds === null ? '--' : timesOf([seconds])[0]!) },
      { label: 'Mean', stroke: color('--line-strong'), width: 1, points: { show: false } },
      { label: 'Strangest', stroke: color('--accent'), width: 1.25, points: { show: false } },
      {
        label: 'Anomaly',
        stroke: color('--bad'),
        fill: color('--bad'),
        paths: () => null,
        points: { show: true, size: 7, fill: color('--bad'), stroke: color('--bad') },
      },
    ],
    hooks: {
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 4) return;
          const from = chart.posToVal(left, 'x');
          const to = chart.posToVal(left + width, 'x');
          onRange({ from: new Date(from * 1000).toISOString(), to: new Date(to * 1000).toISOString() });
        },
      ],
    },
  };
}
