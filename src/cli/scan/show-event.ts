import type { EventVerdict, WindowVerdict } from '../../detect/anomaly/index.ts';
import { expectationText, type SeriesPoint } from '../../detect/anomaly/series/index.ts';
import { cleanLine } from '../terminal/clean-text.ts';
import type { Output } from '../terminal/output.ts';

/** The strangest stretches are shown as such; more would be all of the line. */
const HIGHLIGHTED_SPANS = 3;
/** What costs less is not worth an eye. */
const LEAST_SHOWN_BITS = 4;
const MAX_SHOWN_CHARACTERS = 400;
/** Of the values that are unlike those usual in their place. */
const SHOWN_VALUES = 2;

/** One anomaly for a person: where, how strange, the line with its strange stretches lit, what would have been usual. */
export function showEvent(output: Output, text: string, n: number, verdict: EventVerdict): string {
  const head = `${output.tint('bad', `${output.symbols.bad} ${n}`)}  ${output.dim(`score ${verdict.score}  p ${verdict.p}`)}`;
  const lines = [head, `  ${highlight(output, text, verdict)}`];
  const { explanation } = verdict;
  const nearest = explanation?.nearest;
  if (nearest) lines.push(output.dim(`  nearest known: ${clip(cleanLine(nearest.template), output)}`));
  const values = (explanation?.values ?? []).map(
    (value) => `${clip(cleanLine(value.text), output)}: usual here are ${value.expected}`,
  );
  for (const value of [...new Set(values)].slice(0, SHOWN_VALUES)) lines.push(output.dim(`  ${value}`));
  return lines.join('\n');
}

export function showPoint(output: Output, { n, timestamp, value, p, expected }: SeriesPoint): string {
  const told = expectationText(value, expected);
  return `${output.tint('bad', `${output.symbols.bad} ${n}`)}  ${cleanLine(String(timestamp))}  ${value}${output.dim(`${told && `, ${told}`}  p ${p}`)}`;
}

export function showWindow(output: Output, window: WindowVerdict): string {
  return `${output.tint('bad', `${output.symbols.bad} ${window.from}–${window.to}`)}  ${output.dim(
    `window: ${window.fired}, p ${window.p}`,
  )}`;
}

function highlight(output: Output, text: string, verdict: EventVerdict): string {
  const strange = (verdict.explanation?.spans ?? [])
    .slice(0, HIGHLIGHTED_SPANS)
    .filter((span) => span.bits >= LEAST_SHOWN_BITS)
    .sort((a, b) => a.from - b.from);
  let shown = '';
  let at = 0;
  for (const { from, to } of strange) {
    if (from > MAX_SHOWN_CHARACTERS) break;
    shown += cleanPiece(text.slice(at, from)) + mark(output, cleanPiece(text.slice(from, to)));
    at = to;
  }
  const rest = text.slice(at, Math.max(at, MAX_SHOWN_CHARACTERS));
  return shown + cleanPiece(rest) + (text.length > at + rest.length ? output.ellipsis : '');
}

/** Without colour the stretch stands between brackets, so that a log of the scan still shows it. */
function mark(output: Output, text: string): string {
  return output.color ? output.bold(output.tint('asks', text)) : `»${text}«`;
}

/** Cleaned without losing the blanks at the ends, which separate what is lit from what is not. */
function cleanPiece(text: string): string {
  const cleaned = cleanLine(text);
  return `${/^\s/.test(text) ? ' ' : ''}${cleaned}${cleaned !== '' && /\s$/.test(text) ? ' ' : ''}`;
}

function clip(text: string, output: Output): string {
  return text.length > 160 ? `${text.slice(0, 160)}${output.ellipsis}` : text;
}
