import type { Plan, PlannedStep } from '../../../../src/contract/runbook.ts';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { plural } from '../../lib/plural.ts';
import { KIND_WORDS } from '../../lib/words.ts';
import { fillIn } from '../run/fill-in.ts';

/** Kinds that send something somewhere; the others ask or wait. */
const SHOWS_COMMANDS = new Set<PlannedStep['kind']>(['shell', 'sql', 'http', 'check', 'notify']);

/** What a run would do, without doing it: every step with its risk, approvals, bounds and way back. */
export function PlanPreview({ plan }: { plan: Plan }) {
  return (
    <section aria-labelledby="plan">
      <h2 id="plan" className="mb-1 text-lead">
        What it will do
      </h2>
      <ol className="border-t border-line">
        {plan.steps.map((step, index) => (
          <li key={step.id} className="flex gap-3 border-b border-line py-2">
            <span className="w-6 shrink-0 text-right text-quiet">{index + 1}</span>
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
                <span className="font-semibold break-anywhere">{step.title}</span>
                {step.risk ? <RiskBadge risk={step.risk} reason={step.reason} /> : null}
                <span className="text-quiet">
                  {KIND_WORDS[step.kind]}
                  {step.target ? ` on ${fillIn(step.target, plan.inputs)}` : ''}
                </span>
              </p>
              <StepFacts plan={plan} step={step} />
              {step.kind === 'manual' ? (
                <p className="whitespace-pre-wrap text-quiet break-anywhere">{step.body.trim()}</p>
              ) : null}
              {!SHOWS_COMMANDS.has(step.kind) || step.body.trim() === '' ? null : (
                <details>
                  <summary className="min-h-6 py-0.5 text-small text-quiet">Commands</summary>
                  {/* biome-ignore lint/a11y/useSemanticElements: a named region, so that screen readers can find what scrolls */}
                  <pre
                    role="region"
                    aria-label={`Commands of ${step.title}`}
                    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
                    tabIndex={0}
                    className="code-face mt-1 max-h-72 overflow-auto rounded-md border border-line bg-sunken px-3 py-2"
                  >
                    {step.bound?.how === 'rewritten' ? step.bound.body : step.body}
                  </pre>
                </details>
              )}
            </div>
          </li>
        ))}
      </ol>
      <p className="mt-2 text-small text-quiet break-anywhere">Plan sha256 {plan.planHash}</p>
    </section>
  );
}

function StepFacts({ plan, step }: { plan: Plan; step: PlannedStep }) {
  const choice = step.when
    ? plan.choices
        .find((each) => each.group === step.when?.group)
        ?.options.find((option) => option.option === step.when?.option)?.label
    : null;
  const facts = [
    choice ? `only when “${choice}” is chosen` : null,
    step.approvals > 0 ? `needs ${plural(step.approvals, 'approval')}` : null,
    step.risk === 'destroy' && step.approvals === 0 ? 'needs an approval' : null,
    step.bound ? `bounded: ${step.bound.why}` : null,
    step.reversible ? 'can be rolled back' : null,
    step.verify ? 'can be verified after a crash' : null,
  ].filter((fact) => fact !== null);
  return facts.length === 0 ? null : <p className="text-small text-quiet break-anywhere">{facts.join(' · ')}</p>;
}
