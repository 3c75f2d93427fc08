import { useQuery } from '@tanstack/react-query';
import type { EscalationTarget } from '../../../../../src/contract/oncall.ts';
import { schedulesQuery, teamsQuery } from '../../../api/on-call-queries.ts';
import { SELECT_CLASSES, TextInput } from '../../../components/field.tsx';
import { PersonInput } from '../person-input.tsx';

const KINDS = [
  { kind: 'role', word: 'role in the team' },
  { kind: 'user', word: 'person' },
  { kind: 'schedule', word: 'schedule' },
  { kind: 'team', word: 'team' },
  { kind: 'channel', word: 'channel' },
] as const;
type TargetKind = (typeof KINDS)[number]['kind'];

export const beginTarget = (): EscalationTarget => ({ role: 'lead' });

/** Whom a step addresses. */
export function TargetFields({
  target,
  onChange,
  label,
}: {
  target: EscalationTarget;
  onChange: (target: EscalationTarget) => void;
  /** Which target it is, to who cannot see it. */
  label: string;
}) {
  const schedules = useQuery(schedulesQuery).data ?? [];
  const teams = useQuery(teamsQuery).data ?? [];
  const kind = kindOf(target);
  const value = (target as Record<string, string>)[kind] ?? '';
  const put = (name: string) => onChange({ ...target, [kind]: name } as EscalationTarget);
  const names = kind === 'schedule' ? schedules : teams;
  return (
    <div className="flex flex-wrap gap-2">
      <select
        aria-label={`What ${label} is`}
        className={`${SELECT_CLASSES} sm:w-44!`}
        value={kind}
        onChange={(event) => onChange({ [event.target.value]: '' } as EscalationTarget)}
      >
        {KINDS.map((each) => (
          <option key={each.kind} value={each.kind}>
            {each.word}
          </option>
        ))}
      </select>
      <div className="min-w-0 flex-1 basis-40 max-sm:basis-full">
        {kind === 'user' ? (
          <PersonInput aria-label={`Name of ${label}`} value={value} onChange={put} />
        ) : kind === 'schedule' || kind === 'team' ? (
          <select
            aria-label={`Name of ${label}`}
            className={SELECT_CLASSES}
            required
            value={value}
            onChange={(event) => put(event.target.value)}
          >
            <option value="">choose one</option>
            {names.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        ) : (
          <TextInput
            aria-label={`Name of ${label}`}
            required
            autoCapitalize="none"
            placeholder={kind === 'role' ? 'lead' : 'webhook:ops'}
            value={value}
            onChange={(event) => put(event.target.value)}
          />
        )}
      </div>
      {kind === 'team' ? (
        <TextInput
          aria-label={`Role of ${label}`}
          className="w-36!"
          autoCapitalize="none"
          placeholder="role (optional)"
          value={(target as { role?: string }).role ?? ''}
          onChange={(event) => {
            const role = event.target.value;
            onChange(role === '' ? { team: value } : { team: value, role });
          }}
        />
      ) : null}
    </div>
  );
}

function kindOf(target: EscalationTarget): TargetKind {
  if ('user' in target) return 'user';
  if ('schedule' in target) return 'schedule';
  if ('team' in target) return 'team';
  return 'channel' in target ? 'channel' : 'role';
}
