import type { Code, RootContent } from 'mdast';
import { Fragment, useMemo, useState } from 'react';
import type { Run } from '../../../../src/contract/run.ts';
import { Button } from '../../components/button.tsx';
import { useScrollToHash } from '../../lib/use-scroll-to-hash.ts';
import { cutSection } from '../../markdown/cut-section.ts';
import { parseMarkdown } from '../../markdown/parse-markdown.ts';
import { placeSteps } from '../../markdown/place-steps.ts';
import { renderBlocks } from '../../markdown/render-blocks.tsx';
import { StepBlock } from './step-block.tsx';
import { callOf, type StepView } from './step-view.ts';

/** Kinds whose body is a sentence that the document around them says already. */
const SPOKEN = new Set(['manual', 'approval', 'input', 'choice', 'wait']);

/** The run as the document it came from, with every step's state in the gutter. */
export function RunDocument({ run, steps }: { run: Run; steps: readonly StepView[] }) {
  useScrollToHash();
  const [whole, setWhole] = useState(false);
  const document = useMemo(() => parseMarkdown(run.source), [run.source]);
  // The places depend on the frozen plan only; what becomes of the steps changes all the time.
  const { section, placed, calls } = useMemo(() => {
    const calls = new Map(
      [...run.plan.steps, ...run.plan.helpers].map((step) => [step.id, callOf({ plan: run.plan }, step.id)]),
    );
    // The lines of a called runbook's steps are those of another file.
    const own = (step: { id: string }) => calls.get(step.id) === null;
    const ownSteps = run.plan.steps.filter(own);
    return {
      calls,
      section: cutSection(
        document.root,
        ownSteps.map((step) => step.line),
        run.plan.procedureTitle,
      ),
      placed: placeSteps(document.root, [...ownSteps, ...run.plan.helpers.filter(own)]),
    };
  }, [document, run.plan]);
  const byId = new Map(steps.map((step) => [step.id, step]));
  const bodyOf = (step: { kind: string; body: string }) => (SPOKEN.has(step.kind) ? null : step.body);
  const show = (id: string, text: string | null) => {
    const step = byId.get(id);
    if (!step) return null;
    const called = step.plan.kind === 'subrunbook' ? steps.filter((each) => calls.get(each.id) === id) : [];
    return (
      <Fragment key={id}>
        <StepBlock run={run} step={step} text={text} steps={steps} />
        {called.length > 0 ? (
          <div className="border-l-2 border-line pl-4">
            {called.map((each) => (
              <StepBlock key={each.id} run={run} step={each} text={bodyOf(each.plan)} steps={steps} />
            ))}
          </div>
        ) : null}
      </Fragment>
    );
  };

  const renderFence = (node: Code) => {
    const parts = placed.inFence.get(node);
    if (!parts) return undefined;
    return parts.map((part, index) =>
      part.kind === 'step' ? (
        show(part.step.id, part.text)
      ) : (
        // biome-ignore lint/suspicious/noArrayIndexKey: a frozen document never changes
        <p key={index} className="code-face my-2 whitespace-pre-wrap text-quiet break-anywhere">
          {part.text}
        </p>
      ),
    );
  };
  const renderAfter = (node: RootContent) => placed.after.get(node)?.map((step) => show(step.id, bodyOf(step)));

  return (
    <article aria-label={run.title} className="relative max-w-[820px] min-w-0 pl-8 max-sm:pl-7">
      {renderBlocks(whole ? document.root.children : section.blocks, {
        path: run.runbook,
        document,
        renderFence,
        renderAfter,
      })}
      {placed.unplaced.map((step) => show(step.id, bodyOf(step)))}
      {section.partial ? (
        <Button look="quiet" className="mt-4 -ml-3" onClick={() => setWhole(!whole)}>
          {whole ? 'Show this procedure only' : 'Show the whole document'}
        </Button>
      ) : null}
    </article>
  );
}
