import { Link } from '@tanstack/react-router';
import type { Code, RootContent } from 'mdast';
import { useMemo } from 'react';
import type { RunbookDocument as Document, RunbookBlock, RunbookStep } from '../../../../src/contract/runbook.ts';
import { buttonClasses } from '../../components/button.tsx';
import { CodeView } from '../../components/code-view.tsx';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { formatDuration } from '../../lib/format-time.ts';
import { useScrollToHash } from '../../lib/use-scroll-to-hash.ts';
import { KIND_WORDS } from '../../lib/words.ts';
import { parseMarkdown, textOf } from '../../markdown/parse-markdown.ts';
import { type FencePart, placeSteps } from '../../markdown/place-steps.ts';
import { renderBlocks } from '../../markdown/render-blocks.tsx';
import { procedureAnchor, stepsOf } from './procedure-facts.ts';

/** The document with a badge at every block and step, and at every procedure the way to run it. */
export function RunbookDocument({
  path,
  document,
  text,
  mayStart,
}: {
  path: string;
  document: Document;
  text: string;
  mayStart: boolean;
}) {
  useScrollToHash();
  const parsed = useMemo(() => parseMarkdown(text), [text]);
  const placed = useMemo(() => placeSteps(parsed.root, document.procedures.flatMap(stepsOf)), [parsed, document]);
  const blocks = new Map(document.blocks.map((block) => [block.line, block]));
  const procedures = new Map(document.procedures.map((procedure) => [procedure.line, procedure]));

  const renderFence = (node: Code) => {
    const block = blocks.get(node.position?.start.line ?? 0);
    const parts = placed.inFence.get(node) ?? [{ kind: 'text' as const, text: node.value }];
    return <Fence block={block} parts={parts} />;
  };
  const renderAfter = (node: RootContent) => {
    const procedure = node.type === 'heading' ? procedures.get(node.position?.start.line ?? 0) : undefined;
    const steps = placed.after.get(node) ?? [];
    return (
      <>
        {procedure ? (
          <div
            id={procedureAnchor(procedure.slug)}
            className="mb-2 flex scroll-mt-12 flex-wrap items-center gap-x-3 gap-y-1"
          >
            {mayStart && stepsOf(procedure).length > 0 ? (
              <Link to="/runs/new" search={{ runbook: path, procedure: procedure.slug }} className={buttonClasses()}>
                Start run…
              </Link>
            ) : null}
            {procedure.responseWithinMs === null ? null : (
              <span className="text-quiet">answer within {formatDuration(procedure.responseWithinMs)}</span>
            )}
          </div>
        ) : null}
        {steps.map((step) => (
          <StepLine key={step.id} step={step} />
        ))}
      </>
    );
  };
  const nodes = parsed.root.children.filter((node) => node.type !== 'yaml');
  const first = nodes[0];
  // The page shows the title already; what hangs on that heading stays.
  const titled = first?.type === 'heading' && textOf(first).trim() === document.title.trim() ? first : null;
  return (
    <article aria-label={document.title} className="max-w-[820px] min-w-0">
      {titled ? renderAfter(titled) : null}
      {renderBlocks(titled ? nodes.slice(1) : nodes, { path, document: parsed, renderFence, renderAfter })}
    </article>
  );
}

function Fence({ block, parts }: { block: RunbookBlock | undefined; parts: readonly FencePart<RunbookStep>[] }) {
  const steps = parts.filter((part) => part.kind === 'step').length;
  return (
    <div className="my-3">
      {block ? (
        <p className="mb-1 flex flex-wrap items-center gap-x-2 gap-y-0.5 text-small text-quiet">
          <RiskBadge risk={block.class} reason={block.reason} />
          {block.language ? <span>{block.language}</span> : null}
          <span className="break-anywhere">{block.reason}</span>
        </p>
      ) : null}
      {parts.map((part, index) =>
        part.kind === 'text' ? (
          steps === 0 ? (
            <CodeView key="text" text={part.text} label="Text" tall />
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of one document
            <p key={index} className="code-face mt-2 whitespace-pre-wrap text-quiet break-anywhere">
              {part.text}
            </p>
          )
        ) : (
          <div key={part.step.id} className="my-1">
            {steps > 1 ? <StepLine step={part.step} titled={saysTitle(parts[index - 1], part.step)} /> : null}
            {part.text === '' ? null : <CodeView text={part.text} label={`Commands of ${part.step.title}`} tall />}
            {part.step.bound ? (
              <p className="mt-0.5 text-small text-quiet">
                Bounded, as it would never end by itself: {part.step.bound.why}
              </p>
            ) : null}
          </div>
        ),
      )}
    </div>
  );
}

/** Whether the comment above a step's commands is its title already. */
function saysTitle(above: FencePart<RunbookStep> | undefined, step: RunbookStep): boolean {
  return above?.kind === 'text' && above.text.toLowerCase().includes(step.title.toLowerCase());
}

function StepLine({ step, titled = false }: { step: RunbookStep; titled?: boolean }) {
  return (
    <p className="mt-1 mb-0.5 flex flex-wrap items-center gap-x-2 text-small text-quiet">
      {step.risk ? <RiskBadge risk={step.risk} reason={step.reason} /> : null}
      <span>{KIND_WORDS[step.kind]}</span>
      {titled ? null : (
        <span className="break-anywhere">
          {step.number ? `${step.number}. ` : ''}
          {step.title}
        </span>
      )}
      {step.choice ? <span>option “{step.choice.label}”</span> : null}
    </p>
  );
}
