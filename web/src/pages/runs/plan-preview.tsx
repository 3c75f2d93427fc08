import type { Plan, PlannedStep } from '../../../../src/contract/runbook.ts';
import { FactStrip } from '../../components/fact-strip.tsx';
import { joinClasses } from '../../components/join-classes.ts';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { plural } from '../../lib/plural.ts';
import { KIND_WORDS } from '../../lib/words.ts';
import { fillIn } from '../run/fill-in.ts';
import { callOf } from '../run/step-view.ts';
import { planTotals, stepFacts } from './plan-facts.ts';
import type { StartOptions } from './start-options.tsx';

/** Kinds that send something somewhere or fill a text; the others ask, wait or hold others. */
const SHOWS_COMMANDS = new Set<PlannedStep['kind']>([
  'shell',
  'sql',
  'http',
  'check',
  'notify',
  'metric-gate',
  'template',
]);
const OBSERVES = new Set<PlannedStep['risk']>(['read', 'check']);
const ASKS = new Set<PlannedStep['kind']>(['input', 'choice', 'subrunbook', 'template', 'parallel', 'foreach']);

/** What a run would do, without doing it: every step with its risk, approvals, bounds and way back. */
export function PlanPreview({ plan, options }: { plan: Plan; options: StartOptions }) {
  const { from, dryRun } = options;
  const totals = planTotals(plan);
  const callers = new Map(plan.steps.map((step) => [step.id, callOf({ plan }, step.id)]));
  const numbers = numberSteps(plan, callers);
  const begins = plan.steps.findIndex((step) => step.id === from);
  return (
    <section aria-labelledby="plan">
      <h2 id="plan" className="mb-1 text-lead">
        What it will do
      </h2>
      <FactStrip
        facts={[
          { label: 'Steps', value: totals.steps },
          { label: 'Change something', value: totals.changes === 0 ? 'none' : totals.changes },
          {
            label: 'Wait for approval',
            value: totals.approvals === 0 ? 'none' : plural(totals.approvals, 'step'),
          },
          {
            label: 'No way back',
            value: totals.irreversible === 0 ? 'none' : plural(totals.irreversible, 'step'),
          },
        ]}
      />
      {plan.choices.map((choice) => (
        <p key={choice.group} className="mb-2 break-anywhere">
          Asked on the way: <strong>{choice.prompt}</strong>{' '}
          <span className="text-quiet">{choice.options.map((option) => `“${option.label}”`).join(' or ')}</span>
        </p>
      ))}
      <ol className="border-t border-line">
        {plan.steps.map((step, index) => (
          <PlanLine
            key={step.id}
            plan={plan}
            step={step}
            number={numbers.get(step.id) ?? ''}
            inner={step.within !== undefined || callers.get(step.id) !== null}
            left={
              index < begins
                ? 'left out: it begins later'
                : dryRun && !ASKS.has(step.kind) && (step.riskLowered || !OBSERVES.has(step.risk))
                  ? 'left out by the dry run'
                  : null
            }
          />
        ))}
      </ol>
      <p className="mt-2 text-small text-quiet break-anywhere">Plan sha256 {plan.planHash}</p>
    </section>
  );
}

/** `3` for a step, `3.1` for a part of it. */
function numberSteps(plan: Plan, callers: ReadonlyMap<string, string | null>): Map<string, string> {
  const numbers = new Map<string, string>();
  let own = 0;
  let part = 0;
  for (const step of plan.steps) {
    if (step.within === undefined && callers.get(step.id) === null) {
      own += 1;
      part = 0;
      numbers.set(step.id, String(own));
    } else {
      part += 1;
      numbers.set(step.id, `${own}.${part}`);
    }
  }
  return numbers;
}

function PlanLine({
  plan,
  step,
  number,
  inner,
  left,
}: {
  plan: Plan;
  step: PlannedStep;
  number: string;
  /** It is run by the step above it. */
  inner: boolean;
  left: string | null;
}) {
  const facts = stepFacts(step, plan);
  return (
    <li
      className={joinClasses(
        'flex gap-3 border-b border-line py-2',
        inner && 'ml-9 border-l-2 border-l-line-strong pl-3 max-sm:ml-4',
      )}
    >
      <span className="w-6 shrink-0 text-right text-quiet">{number}</span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <span className={joinClasses('font-semibold break-anywhere', left !== null && 'text-quiet line-through')}>
            {step.title}
          </span>
          {left === null ? null : <span className="font-semibold">{left}</span>}
          {step.risk ? <RiskBadge risk={step.risk} reason={step.reason} /> : null}
          <span className="text-quiet">
            {KIND_WORDS[step.kind]}
            {step.target ? ` on ${fillIn(step.target, plan.inputs)}` : ''}
          </span>
        </p>
        {facts.length === 0 ? null : <p className="text-small text-quiet break-anywhere">{facts.join(' · ')}</p>}
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
  );
}
