import type { AnomalyDetail } from '../../../../src/contract/anomaly.ts';

type Span = AnomalyDetail['spans'][number];

/** So many stretches are lit; more would be all of the line. */
const LIT_SPANS = 5;
/** What costs less is not worth an eye. */
const LEAST_BITS = 3;

/** The event as it was judged, its strange stretches lit: the stranger, the stronger. */
export function EventText({ text, spans }: { text: string; spans: readonly Span[] }) {
  const lit = spans
    .slice(0, LIT_SPANS)
    .filter((span) => span.bits >= LEAST_BITS)
    .toSorted((left, right) => left.from - right.from);
  const strangest = Math.max(...lit.map((span) => span.bits), 0);
  const pieces: { at: number; text: string; span: Span | null }[] = [];
  let at = 0;
  for (const span of lit) {
    if (span.from > at) pieces.push({ at, text: text.slice(at, span.from), span: null });
    pieces.push({ at: span.from, text: text.slice(span.from, span.to), span });
    at = span.to;
  }
  if (at < text.length) pieces.push({ at, text: text.slice(at), span: null });
  return (
    <p className="code-face rounded-md border border-line bg-sunken px-3 py-2.5 whitespace-pre-wrap break-anywhere">
      {pieces.map((piece) =>
        piece.span ? (
          <mark
            key={piece.at}
            title={`${piece.span.bits} bits`}
            className={
              piece.span.bits >= strangest / 2
                ? 'rounded-sm bg-bad-soft px-0.5 font-semibold text-bad'
                : 'rounded-sm bg-ask-soft px-0.5 text-ask'
            }
          >
            {piece.text}
          </mark>
        ) : (
          <span key={piece.at}>{piece.text}</span>
        ),
      )}
    </p>
  );
}
