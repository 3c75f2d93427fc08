import type { SeverityRank } from '../../../../../src/contract/common.ts';
import type { EscalationAction, EscalationTrigger, PolicySpec } from '../../../../../src/contract/oncall.ts';
import { Field, SELECT_CLASSES, TextInput } from '../../../components/field.tsx';
import { RowsEditor } from './rows-editor.tsx';
import { beginTarget, TargetFields } from './target-fields.tsx';

export type PolicyStep = PolicySpec['steps'][number];

const RANKS: readonly SeverityRank[] = [1, 2, 3, 4];

/** When a step comes, for which incidents, whom it addresses and what it does. */
export function StepFields({ step, onChange }: { step: PolicyStep; onChange: (step: PolicyStep) => void }) {
  const put = (changed: Partial<PolicyStep>) => onChange({ ...step, ...changed });
  return (
    <div className="flex flex-col gap-3 pb-2">
      <Field label="Name of the step">
        {(attributes) => (
          <TextInput
            {...attributes}
            required
            maxLength={100}
            value={step.name}
            onChange={(event) => put({ name: event.target.value })}
          />
        )}
      </Field>
      <RowsEditor
        legend="When"
        help="A time such as 15m, “response time” or “2 response times”. The first that is met counts."
        least={1}
        rows={step.when}
        onChange={(when) => put({ when })}
        begin={() => ({ unresolvedAfter: '1h' })}
        add="Add another moment"
        nameOf={(_trigger, index) => `moment ${index + 1}`}
      >
        {(trigger, change, index) => (
          <TriggerFields trigger={trigger} onChange={change} label={`moment ${index + 1} of ${step.name}`} />
        )}
      </RowsEditor>
      <Ranks
        legend="Only for these severities"
        chosen={step.severities ?? []}
        onChange={(severities) => put({ severities })}
        of={step.name}
      />
      <RowsEditor
        legend="Whom it addresses"
        rows={step.to}
        onChange={(to) => put({ to })}
        begin={beginTarget}
        add="Add somebody"
        nameOf={(_target, index) => `target ${index + 1}`}
      >
        {(target, change, index) => (
          <TargetFields target={target} onChange={change} label={`target ${index + 1} of ${step.name}`} />
        )}
      </RowsEditor>
      <RowsEditor
        legend="What it does"
        least={1}
        rows={step.do}
        onChange={(actions) => put({ do: actions })}
        begin={() => ({ ask: 'Notify the customers' })}
        add="Add another thing to do"
        nameOf={(_action, index) => `action ${index + 1}`}
      >
        {(action, change, index) => (
          <ActionFields action={action} onChange={change} label={`action ${index + 1} of ${step.name}`} />
        )}
      </RowsEditor>
    </div>
  );
}

function TriggerFields({
  trigger,
  onChange,
  label,
}: {
  trigger: EscalationTrigger;
  onChange: (trigger: EscalationTrigger) => void;
  label: string;
}) {
  const kind =
    'unackedAfter' in trigger ? 'unackedAfter' : 'unresolvedAfter' in trigger ? 'unresolvedAfter' : 'severityAtOnce';
  const choose = (chosen: string) =>
    onChange(
      chosen === 'severityAtOnce' ? { severityAtOnce: [1] } : ({ [chosen]: '15m' } as unknown as EscalationTrigger),
    );
  return (
    <div className="flex flex-wrap gap-2">
      <select
        aria-label={`Kind of ${label}`}
        className={`${SELECT_CLASSES} sm:w-56!`}
        value={kind}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="unackedAfter">not acknowledged after</option>
        <option value="unresolvedAfter">not resolved after</option>
        <option value="severityAtOnce">at once, for severities</option>
      </select>
      <div className="min-w-0 flex-1 basis-32 max-sm:basis-full">
        {kind === 'severityAtOnce' ? (
          <Ranks
            chosen={'severityAtOnce' in trigger ? trigger.severityAtOnce : []}
            onChange={(severityAtOnce) => onChange({ severityAtOnce })}
            of={label}
          />
        ) : (
          <TextInput
            aria-label={`Time of ${label}`}
            required
            value={(trigger as Record<string, string>)[kind] ?? ''}
            onChange={(event) => onChange({ [kind]: event.target.value } as unknown as EscalationTrigger)}
          />
        )}
      </div>
    </div>
  );
}

function Ranks({
  legend,
  chosen,
  onChange,
  of,
}: {
  legend?: string;
  chosen: readonly SeverityRank[];
  onChange: (ranks: SeverityRank[]) => void;
  of: string;
}) {
  return (
    <fieldset>
      {legend ? (
        <legend className="font-semibold">
          {legend} <span className="font-normal text-quiet">(none: for all)</span>
        </legend>
      ) : null}
      <div className="flex flex-wrap gap-x-4">
        {RANKS.map((rank) => (
          <label key={rank} className="flex min-h-9 items-center gap-1.5 max-sm:min-h-11">
            <input
              type="checkbox"
              className="size-4"
              checked={chosen.includes(rank)}
              onChange={() => onChange(RANKS.filter((each) => chosen.includes(each) !== (each === rank)))}
              aria-label={`Rank ${rank}, ${of}`}
            />
            rank {rank}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

const ACTIONS = [
  { kind: 'page', word: 'page them' },
  { kind: 'ask', word: 'ask a person to' },
  { kind: 'status-draft', word: 'draft on the status page' },
  { kind: 'publish', word: 'publish on the status page' },
] as const;

function ActionFields({
  action,
  onChange,
  label,
}: {
  action: EscalationAction;
  onChange: (action: EscalationAction) => void;
  label: string;
}) {
  const [kind = 'page', text = ''] = action === 'page' ? ['page'] : (Object.entries(action)[0] ?? []);
  const known = ACTIONS.some((each) => each.kind === kind);
  return (
    <div className="flex flex-wrap gap-2">
      <select
        aria-label={`Kind of ${label}`}
        className={`${SELECT_CLASSES} sm:w-56!`}
        value={kind}
        onChange={(event) =>
          onChange(event.target.value === 'page' ? 'page' : { [event.target.value]: text || 'Notify the customers' })
        }
      >
        {ACTIONS.map((each) => (
          <option key={each.kind} value={each.kind}>
            {each.word}
          </option>
        ))}
        {known ? null : <option value={kind}>{kind}</option>}
      </select>
      {kind === 'page' ? null : (
        <TextInput
          aria-label={`Text of ${label}`}
          className="min-w-0 flex-1 basis-40 max-sm:basis-full"
          required
          spellCheck
          minLength={3}
          maxLength={500}
          value={text}
          onChange={(event) => onChange({ [kind]: event.target.value })}
        />
      )}
    </div>
  );
}
