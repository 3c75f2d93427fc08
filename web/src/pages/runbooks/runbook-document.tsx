import { Link } from '@tanstack/react-router';
import type { Code, RootContent } from 'mdast';
import { type ReactNode, useMemo } from 'react';
import type { RunbookDocument as Document, RunbookBlock, RunbookStep } from '../../../../src/contract/runbook.ts';
import type { LintFinding } from '../../../../src/contract/runbook-lint.ts';
import { buttonClasses } from '../../components/button.tsx';
import { formatDuration } from '../../lib/format-time.ts';
import { useScrollToHash } from '../../lib/use-scroll-to-hash.ts';
import { parseMarkdown, textOf } from '../../markdown/parse-markdown.ts';
import { type FencePart, placeLines, placeSteps, wholeFence } from '../../markdown/place-steps.ts';
import { renderBlocks } from '../../markdown/render-blocks.tsx';
import { CodeLines } from './code-lines.tsx';
import { useMarkedLine } from './line-anchor.ts';
import { LintNote } from './lint-note.tsx';
import { procedureAnchor, stepsOf } from './procedure-facts.ts';
import { BlockNote, StepNote } from './step-notes.tsx';

/** The document; in the margin beside each block what Holdfast reads in it, and what the linter says about it. */
export function RunbookDocument({
  path,
  document,
  text,
  findings,
  mayStart,
}: {
  path: string;
  document: Document;
  text: string;
  findings: readonly LintFinding[];
  mayStart: boolean;
}) {
  useScrollToHash();
  const marked = useMarkedLine(text);
  const parsed = useMemo(() => parseMarkdown(text), [text]);
  const placed = useMemo(() => placeSteps(parsed.root, document.procedures.flatMap(stepsOf)), [parsed, document]);
  const linted = useMemo(() => placeLines(parsed.root, findings), [parsed, findings]);
  const blocks = new Map(document.blocks.map((block) => [block.line, block]));
  const procedures = new Map(document.procedures.map((procedure) => [procedure.line, procedure]));
  const note = (finding: LintFinding) => (
    <LintNote
      key={`${finding.rule} ${finding.line}:${finding.column} ${finding.message}`}
      finding={finding}
      text={text}
      open={finding.line === marked}
    />
  );

  const renderFence = (node: Code) => (
    <Fence
      block={blocks.get(node.position?.start.line ?? 0)}
      parts={placed.inFence.get(node) ?? [wholeFence(node)]}
      findings={linted.at.get(node) ?? []}
      note={note}
      marked={marked}
    />
  );
  const renderBefore = (node: RootContent) => {
    const line = node.position?.start.line;
    const steps = node.type === 'code' ? [] : (placed.after.get(node) ?? []);
    const found = node.type === 'code' ? [] : (linted.at.get(node) ?? []);
    return (
      <>
        {line === undefined || node.type === 'code' ? null : <span data-line={line} className="line-place" />}
        {steps.length > 0 || found.length > 0 ? (
          <div className="margin-note">
            {steps.map((step) => (
              <StepNote key={step.id} step={step} badge title={step.risk === null} />
            ))}
            {found.map(note)}
          </div>
        ) : null}
      </>
    );
  };
  const renderAfter = (node: RootContent) => {
    const procedure = node.type === 'heading' ? procedures.get(node.position?.start.line ?? 0) : undefined;
    if (!procedure) return null;
    return (
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
    );
  };
  const nodes = parsed.root.children.filter((node) => node.type !== 'yaml');
  const first = nodes[0];
  // The page shows the title already; what hangs on that heading stays.
  const titled = first?.type === 'heading' && textOf(first).trim() === document.title.trim() ? first : null;
  return (
    <article aria-label={document.title} className="with-margin min-w-0">
      {linted.unplaced.length > 0 ? <div className="mb-3">{linted.unplaced.map(note)}</div> : null}
      {titled ? (
        <>
          {renderBefore(titled)}
          {renderAfter(titled)}
        </>
      ) : null}
      {renderBlocks(titled ? nodes.slice(1) : nodes, {
        path,
        document: parsed,
        renderFence,
        renderBefore,
        renderAfter,
      })}
    </article>
  );
}

function Fence({
  block,
  parts,
  findings,
  note,
  marked,
}: {
  block: RunbookBlock | undefined;
  parts: readonly FencePart<RunbookStep>[];
  findings: readonly LintFinding[];
  note: (finding: LintFinding) => ReactNode;
  marked: number | null;
}) {
  const steps = parts.filter((part) => part.kind === 'step').length;
  const endOf = (part: FencePart<RunbookStep>) => part.line + part.text.split('\n').length - 1;
  const within = (part: FencePart<RunbookStep>) =>
    findings.filter((finding) => part.text !== '' && finding.line >= part.line && finding.line <= endOf(part));
  // What is said of the fence's opening line, or between its parts, stands at its top.
  const shown = new Set(parts.flatMap(within));
  const above = findings.filter((finding) => !shown.has(finding));
  // Where the block is one step, its notes are the block's.
  const single = steps === 1 ? parts.find((part) => part.kind === 'step') : undefined;
  const notesOf = (part: FencePart<RunbookStep>, index: number) => (
    <>
      {part.kind === 'step' ? (
        <StepNote step={part.step} badge={steps > 1} title={!saysTitle(parts[index - 1], part.step)} />
      ) : null}
      {within(part).map(note)}
    </>
  );
  return (
    <div className="my-3">
      {block || above.length > 0 || single ? (
        <div className="margin-note">
          {block ? <BlockNote block={block} /> : null}
          {single ? notesOf(single, 0) : null}
          {above.map(note)}
        </div>
      ) : null}
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one document
        <div key={index} className="my-1">
          {part !== single && (part.kind === 'step' || within(part).length > 0) ? (
            <div className="margin-note">{notesOf(part, index)}</div>
          ) : null}
          {part.text === '' ? null : (
            <CodeLines
              text={part.text}
              line={part.line}
              label={part.kind === 'step' ? `Commands of ${part.step.title}` : 'Text'}
              findings={findings}
              marked={marked}
            />
          )}
        </div>
      ))}
    </div>
  );
}

/** Whether the comment above a step's commands is its title already. */
function saysTitle(above: FencePart<RunbookStep> | undefined, step: RunbookStep): boolean {
  return above?.kind === 'text' && above.text.toLowerCase().includes(step.title.toLowerCase());
}
