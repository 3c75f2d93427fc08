import { useQuery } from '@tanstack/react-query';
import { type InputHTMLAttributes, useId } from 'react';
import { schedulesQuery, teamsQuery } from '../../api/on-call-queries.ts';
import { TextInput } from '../../components/field.tsx';
import { useSession } from '../../lib/use-session.ts';

/** The name of a person; those in schedules and teams are offered, any other user may be typed. */
export function PersonInput({
  value,
  onChange,
  ...attributes
}: Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> & {
  value: string;
  onChange: (name: string) => void;
}) {
  const { session } = useSession();
  const schedules = useQuery(schedulesQuery).data ?? [];
  const teams = useQuery(teamsQuery).data ?? [];
  const list = useId();
  const names = new Set([
    ...schedules.flatMap(({ spec }) => spec.layers.flatMap((layer) => layer.participants)),
    ...teams.flatMap(({ spec }) => spec.members.map((member) => member.user)),
    ...(session.userId !== null ? [session.name] : []),
  ]);
  return (
    <>
      <TextInput
        {...attributes}
        required
        list={list}
        autoCapitalize="none"
        maxLength={100}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={list}>
        {[...names].sort().map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}
