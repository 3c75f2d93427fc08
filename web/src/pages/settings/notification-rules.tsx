import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { SeverityRank } from '../../../../src/contract/common.ts';
import type { ContactMethod, NotificationRule } from '../../../../src/contract/contacts.ts';
import { notificationRulesQuery } from '../../api/on-call-queries.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { plural } from '../../lib/plural.ts';
import { useSession } from '../../lib/use-session.ts';
import { RANK_WORDS } from '../../lib/words.ts';

const RANKS: readonly SeverityRank[] = [1, 2, 3, 4];
const LONGEST_MINUTES = 1_440;
const MOST_RULES = 50;
type Draft = { etag: string | null; rules: NotificationRule[] };

/** Which method is used for which ranks, and how long after a page that nobody acknowledged. */
export function NotificationRules({ methods }: { methods: readonly ContactMethod[] }) {
  const { may } = useSession();
  const query = useQuery(notificationRulesQuery);
  const [draft, setDraft] = useState<Draft | null>(null);
  const save = useCommand({
    run: ({ etag, rules }: Draft) =>
      sendJson('PUT', '/api/v1/oncall/notification-rules', { body: { rules }, ...(etag ? { ifMatch: etag } : {}) }),
    touches: [['oncall']],
    onDone: () => setDraft(null),
  });
  const labelOf = (id: string) => methods.find((method) => method.id === id)?.label ?? 'a method that is gone';
  if (!query.data) {
    return query.error ? <ErrorPanel error={query.error} onRetry={() => void query.refetch()} /> : null;
  }
  const { rules, etag } = query.data;
  const change = (index: number, part: Partial<NotificationRule>) =>
    draft &&
    setDraft({ ...draft, rules: draft.rules.map((rule, place) => (place === index ? { ...rule, ...part } : rule)) });
  const first = methods.find((method) => method.verifiedAt !== null) ?? methods[0];
  const blank: NotificationRule = { method: first?.id ?? '', afterMinutes: 0 };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (draft) save.mutate(draft);
  };

  return (
    <section aria-labelledby="rules" className="mt-6">
      <h2 id="rules" className="mb-1 text-lead">
        Notification rules
      </h2>
      {draft ? (
        <form onSubmit={submit} aria-label="Edit notification rules" className="max-w-3xl">
          {draft.rules.map((rule, index) => (
            <RuleFields
              // biome-ignore lint/suspicious/noArrayIndexKey: rules are a list in which the place counts
              key={index}
              number={index + 1}
              rule={rule}
              methods={methods}
              onChange={(part) => change(index, part)}
              onRemove={() => setDraft({ ...draft, rules: draft.rules.filter((_rule, place) => place !== index) })}
            />
          ))}
          <Button
            className="my-3"
            disabled={draft.rules.length >= MOST_RULES}
            onClick={() => setDraft({ ...draft, rules: [...draft.rules, blank] })}
          >
            Add a rule
          </Button>
          {save.error ? <ErrorPanel error={save.error} /> : null}
          <div className="mt-2 flex flex-wrap gap-2">
            <Button type="submit" look="primary" pending={save.isPending && 'Saving…'}>
              Save {plural(draft.rules.length, 'rule')}
            </Button>
            <Button
              onClick={() => {
                save.reset();
                setDraft(null);
              }}
            >
              Leave them as they are
            </Button>
          </div>
        </form>
      ) : (
        <>
          {rules.length === 0 ? (
            <p className="text-quiet">No rule: every verified method is used at once.</p>
          ) : (
            <ol className="list-decimal pl-5">
              {rules.map((rule) => (
                <li key={JSON.stringify(rule)} className="py-0.5 break-anywhere">
                  <strong>{labelOf(rule.method)}</strong>{' '}
                  {rule.afterMinutes === 0
                    ? 'at once'
                    : `after ${plural(rule.afterMinutes, 'minute')} without an answer`}
                  , {rule.severities ? `rank ${rule.severities.join(', ')}` : 'every rank'}
                </li>
              ))}
            </ol>
          )}
          {rules.length > 0 ? (
            <p className="text-quiet">Where none fits, every verified method is used at once.</p>
          ) : null}
          {may('operator') ? (
            <Button className="mt-2" onClick={() => setDraft({ etag, rules: rules.length > 0 ? rules : [blank] })}>
              {rules.length > 0 ? 'Change the rules' : 'Write a rule'}
            </Button>
          ) : null}
        </>
      )}
    </section>
  );
}

function RuleFields({
  number,
  rule,
  methods,
  onChange,
  onRemove,
}: {
  number: number;
  rule: NotificationRule;
  methods: readonly ContactMethod[];
  onChange: (part: Partial<NotificationRule>) => void;
  onRemove: () => void;
}) {
  const ranks = rule.severities ?? RANKS;
  const toggle = (rank: SeverityRank) => {
    const next = RANKS.filter((each) => (each === rank ? !ranks.includes(each) : ranks.includes(each)));
    // A rule for no rank at all would be none; the last one stays.
    if (next.length > 0) onChange({ severities: next });
  };
  return (
    <fieldset className="border-t border-line py-2.5">
      <legend className="sr-only">Rule {number}</legend>
      <div className="flex flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1 basis-44">
          <SelectField
            label="Method"
            required
            value={rule.method}
            none={methods.some((method) => method.id === rule.method) ? undefined : 'choose one'}
            options={methods.map(({ id, label, verifiedAt }) => ({
              value: id,
              label: verifiedAt ? label : `${label} (not verified)`,
            }))}
            onChange={(method) => onChange({ method })}
          />
        </div>
        <div className="w-36">
          <Field label="After minutes">
            {(attributes) => (
              <TextInput
                {...attributes}
                required
                type="number"
                min={0}
                max={LONGEST_MINUTES}
                step={1}
                value={Number.isNaN(rule.afterMinutes) ? '' : rule.afterMinutes}
                onChange={(event) => onChange({ afterMinutes: event.target.valueAsNumber })}
              />
            )}
          </Field>
        </div>
        <Button className="min-h-9" onClick={onRemove} aria-label={`Remove rule ${number}`}>
          Remove
        </Button>
      </div>
      <div className="mt-2 flex flex-wrap gap-x-5">
        {RANKS.map((rank) => (
          <label key={rank} className="flex min-h-7 items-center gap-2 max-sm:min-h-11">
            <input type="checkbox" className="size-4" checked={ranks.includes(rank)} onChange={() => toggle(rank)} />
            {RANK_WORDS[rank]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
