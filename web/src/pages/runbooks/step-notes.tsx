import type { RunbookBlock, RunbookStep } from '../../../../src/contract/runbook.ts';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { formatDuration } from '../../lib/format-time.ts';
import { KIND_WORDS } from '../../lib/words.ts';

/** What Holdfast reads in a block: its class and why. */
export function BlockNote({ block }: { block: RunbookBlock }) {
  return (
    <p className="text-small text-quiet break-anywhere">
      <RiskBadge risk={block.class} reason={block.reason} />{' '}
      {[block.language, block.reason].filter((part) => part !== '').join(': ')}
    </p>
  );
}

/** What Holdfast reads in a step: kind, risk, the inputs it takes, what bounds it. */
export function StepNote({ step, badge, title }: { step: RunbookStep; badge: boolean; title: boolean }) {
  return (
    <div className="text-small text-quiet">
      {badge ? (
        <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          {step.risk ? <RiskBadge risk={step.risk} reason={step.reason} /> : null}
          <span>{KIND_WORDS[step.kind]}</span>
          {title ? (
            <span className="break-anywhere">
              {step.number ? `${step.number}. ` : ''}
              {step.title}
            </span>
          ) : null}
        </p>
      ) : null}
      {step.choice ? (
        <p>
          Option {[...(step.ways ?? []), step.choice].map((way) => `“${way.label}”`).join(', ')}: only one of them is
          run.
        </p>
      ) : null}
      {step.inputs.length > 0 ? (
        <p className="break-anywhere">
          Takes{' '}
          {step.inputs.map((name, index) => (
            <span key={name}>
              {index > 0 ? ', ' : ''}
              <a href={`#input-${name}`} className="link code-face">
                {name}
              </a>
            </span>
          ))}
        </p>
      ) : null}
      {step.bound ? (
        <p className="break-anywhere">
          {step.bound.how === 'rewritten' ? (
            <>
              Never ends by itself; runs as <code className="code-face">{step.bound.body.trim()}</code>
            </>
          ) : (
            `Ended after ${formatDuration(step.bound.timeoutMs)}: ${step.bound.why}`
          )}
        </p>
      ) : null}
    </div>
  );
}
