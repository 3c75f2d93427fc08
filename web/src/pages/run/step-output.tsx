import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { StepAttempt } from '../../../../src/contract/run.ts';
import type { StepAction } from '../../../../src/contract/runbook.ts';
import { Button } from '../../components/button.tsx';
import { stripTerminal } from '../../lib/strip-terminal.ts';
import { followOutput } from './follow-output.ts';
import { readGateLooks } from './gate-looks.ts';
import { GateView } from './gate-view.tsx';

/** Of a longer output only the end is kept on the page; the whole is in the file that can be saved. */
const MOST_CHARACTERS = 400_000;
const NEAR_END_PX = 24;

/** What a step printed: head and tail once it has ended, all of it as it comes while it runs. */
export function StepOutput({
  runId,
  stepId,
  attempt,
  gate,
}: {
  runId: string;
  stepId: string;
  attempt: StepAttempt;
  gate: Extract<StepAction, { kind: 'metric-gate' }> | null;
}) {
  const running = attempt.status === 'running';
  const [streamed, setStreamed] = useState<string | null>(null);
  const [following, setFollowing] = useState(running);
  useEffect(() => {
    if (!following) return;
    const ending = new AbortController();
    let text = '';
    void followOutput(
      { runId, stepId, attempt: attempt.n },
      {
        signal: ending.signal,
        onText(piece) {
          text = (text + piece).slice(-MOST_CHARACTERS);
          setStreamed(text);
        },
      },
    );
    return () => ending.abort();
  }, [following, runId, stepId, attempt.n]);

  const stored = storedText(attempt);
  const text = stripTerminal(streamed ?? stored.text).trimEnd();
  const box = useFollowEnd(text, running);
  if (text.trim() === '') {
    return running ? (
      <p className="pulse mt-1 text-quiet">No output yet…</p>
    ) : attempt.status === 'succeeded' ? (
      <p className="mt-1 text-quiet">It printed nothing.</p>
    ) : null;
  }
  const looks = gate === null ? null : readGateLooks(text);
  if (gate && looks) return <GateView gate={gate} looks={looks} />;
  return (
    <details open data-output className="mt-1">
      <summary className="min-h-6 py-0.5 text-small text-quiet">
        Output, {attempt.output.bytes.toLocaleString('en')} bytes
      </summary>
      {/* biome-ignore lint/a11y/useSemanticElements: a named region, so that screen readers can find what scrolls */}
      <pre
        ref={box}
        role="region"
        aria-label={`Output of attempt ${attempt.n}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="code-face max-h-80 overflow-auto rounded-md border border-line bg-sunken px-3 py-2 whitespace-pre"
      >
        {text}
      </pre>
      {stored.hidden > 0 && streamed === null ? (
        <Button look="quiet" onClick={() => setFollowing(true)}>
          Show all {attempt.output.bytes.toLocaleString('en')} bytes
        </Button>
      ) : null}
    </details>
  );
}

/** Head and tail as the run's own answer carries them. */
function storedText({ output }: StepAttempt): { text: string; hidden: number } {
  const size = (text: string) => new TextEncoder().encode(text).length;
  const hidden = Math.max(0, output.bytes - size(output.head) - size(output.tail));
  const cut = hidden > 0 ? `\n[… ${hidden.toLocaleString('en')} bytes not shown …]\n` : '';
  return { text: output.head + cut + output.tail, hidden };
}

/** Keeps the end in sight while output comes, unless the reader has scrolled up. */
function useFollowEnd(text: string, running: boolean) {
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const onScroll = () => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: new text is what moves the end
  useLayoutEffect(() => {
    if (running && atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text, running]);
  return box;
}
