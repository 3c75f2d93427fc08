import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { TeamSpec } from '../../../../../src/contract/oncall.ts';
import { calendarsQuery, schedulesQuery, severitySchemesQuery } from '../../../api/on-call-queries.ts';
import { Field, TextInput } from '../../../components/field.tsx';
import { optionsOfNames, SelectField } from '../../../components/select-field.tsx';
import { PersonInput } from '../person-input.tsx';
import { DefinitionEditor } from './definition-editor.tsx';
import { RowsEditor } from './rows-editor.tsx';

const KIND = { path: 'teams', one: 'team', view: 'teams' } as const;

/** Who belongs together, and as what, in a form. */
export function TeamEditorPage(): ReactNode {
  const { name } = useParams({ from: '/app/on-call/teams/$name' });
  return (
    <DefinitionEditor<TeamSpec>
      key={name}
      kind={KIND}
      name={name}
      begin={() => ({ members: [{ user: '', roles: [] }] })}
      finish={finishTeam}
      fields={(draft, change) => <TeamFields draft={draft} onChange={change} />}
    />
  );
}

function finishTeam({ description, schedule, calendar, scheme, members }: TeamSpec): TeamSpec {
  return {
    ...(description?.trim() ? { description: description.trim() } : {}),
    members: members
      .map(({ user, roles }) => ({ user: user.trim(), roles: roles.filter((role) => role !== '') }))
      .filter(({ user }) => user !== ''),
    ...(schedule ? { schedule } : {}),
    ...(calendar ? { calendar } : {}),
    ...(scheme ? { scheme } : {}),
  };
}

function TeamFields({ draft, onChange }: { draft: TeamSpec; onChange: (draft: TeamSpec) => void }) {
  const schedules = useQuery(schedulesQuery).data ?? [];
  const calendars = useQuery(calendarsQuery).data ?? [];
  const schemes = useQuery(severitySchemesQuery).data ?? [];
  return (
    <>
      <Field label="Description (optional)">
        {(attributes) => (
          <TextInput
            {...attributes}
            spellCheck
            maxLength={500}
            value={draft.description ?? ''}
            onChange={(event) => onChange({ ...draft, description: event.target.value })}
          />
        )}
      </Field>
      <SelectField
        label="Schedule"
        help="Who the role on-call of this team is."
        value={draft.schedule ?? ''}
        none="none"
        options={optionsOfNames(schedules)}
        onChange={(value) => onChange({ ...draft, schedule: value })}
      />
      <SelectField
        label="Business calendar"
        help="Of its response times."
        value={draft.calendar ?? ''}
        none="the usual one"
        options={optionsOfNames(calendars)}
        onChange={(value) => onChange({ ...draft, calendar: value })}
      />
      <SelectField
        label="Severity scheme"
        help="Of incidents that a route leads to this team."
        value={draft.scheme ?? ''}
        none="the usual one"
        options={optionsOfNames(schemes)}
        onChange={(value) => onChange({ ...draft, scheme: value })}
      />
      <RowsEditor
        legend="Members"
        help="Roles are words that escalation policies use, such as lead, manager or director; several with commas."
        rows={draft.members}
        onChange={(members) => onChange({ ...draft, members })}
        begin={() => ({ user: '', roles: [] })}
        add="Add member"
        nameOf={({ user }, index) => user || `member ${index + 1}`}
      >
        {(member, change, index) => (
          <div className="grid grid-cols-2 gap-2 max-sm:grid-cols-1">
            <PersonInput
              aria-label={`Name of member ${index + 1}`}
              value={member.user}
              onChange={(user) => change({ ...member, user })}
            />
            <TextInput
              aria-label={`Roles of member ${index + 1}`}
              placeholder="roles, such as lead"
              autoCapitalize="none"
              value={member.roles.join(', ')}
              onChange={(event) => change({ ...member, roles: event.target.value.split(/,\s*/) })}
            />
          </div>
        )}
      </RowsEditor>
    </>
  );
}
