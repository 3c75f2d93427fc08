import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { CalendarSpec } from '../../../../../src/contract/oncall.ts';
import { Field, TextArea, TextInput } from '../../../components/field.tsx';
import { viewerZone } from '../../../lib/zone-time.ts';
import { DefinitionEditor } from './definition-editor.tsx';
import { RowsEditor } from './rows-editor.tsx';
import { WindowFields, WORKING_HOURS } from './window-fields.tsx';

const KIND = { path: 'calendars', one: 'calendar', view: 'teams' } as const;

/** Working hours and holidays, in a form. */
export function CalendarEditorPage(): ReactNode {
  const { name } = useParams({ from: '/app/on-call/calendars/$name' });
  return (
    <DefinitionEditor<CalendarSpec>
      key={name}
      kind={KIND}
      name={name}
      begin={() => ({ timezone: viewerZone(), hours: [WORKING_HOURS], holidays: [] })}
      finish={finishCalendar}
      fields={(draft, change) => <CalendarFields draft={draft} onChange={change} />}
    />
  );
}

function finishCalendar({ description, timezone, hours, holidays }: CalendarSpec): CalendarSpec {
  return {
    ...(description?.trim() ? { description: description.trim() } : {}),
    timezone: timezone.trim(),
    hours,
    holidays: [...new Set(holidays.map((day) => day.trim()))].filter((day) => day !== '').sort(),
  };
}

function CalendarFields({ draft, onChange }: { draft: CalendarSpec; onChange: (draft: CalendarSpec) => void }) {
  return (
    <>
      <Field label="Time zone" help="Such as Europe/Berlin.">
        {(attributes) => (
          <TextInput
            {...attributes}
            required
            autoCapitalize="none"
            maxLength={64}
            value={draft.timezone}
            onChange={(event) => onChange({ ...draft, timezone: event.target.value })}
          />
        )}
      </Field>
      <RowsEditor
        legend="Working hours"
        rows={draft.hours}
        least={1}
        onChange={(hours) => onChange({ ...draft, hours })}
        begin={() => WORKING_HOURS}
        add="Add hours"
        nameOf={(_window, index) => `hours ${index + 1}`}
      >
        {(window, change, index) => <WindowFields window={window} index={index} onChange={change} />}
      </RowsEditor>
      <Field label="Holidays" help="One day on each line, such as 2026-12-25.">
        {(attributes) => (
          <TextArea
            {...attributes}
            className="field-sizing-content min-h-20"
            value={draft.holidays.join('\n')}
            onChange={(event) => onChange({ ...draft, holidays: event.target.value.split('\n') })}
          />
        )}
      </Field>
    </>
  );
}
