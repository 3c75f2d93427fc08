import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Layer, ScheduleSpec } from '../../../../../src/contract/oncall.ts';
import { Field, TextInput } from '../../../components/field.tsx';
import { serverNowMs } from '../../../lib/server-clock.ts';
import { toWallText, viewerZone } from '../../../lib/zone-time.ts';
import { DefinitionEditor } from './definition-editor.tsx';
import { ImportCalendar } from './import-calendar.tsx';
import { LayerFields } from './layer-fields.tsx';
import { RowsEditor } from './rows-editor.tsx';

const KIND = { path: 'schedules', one: 'schedule', view: 'schedules' } as const;

/** Who takes turns, when, in a form. */
export function ScheduleEditorPage(): ReactNode {
  const { name } = useParams({ from: '/app/on-call/schedules/$name' });
  return (
    <DefinitionEditor<ScheduleSpec>
      key={name}
      kind={KIND}
      name={name}
      begin={() => ({ timezone: viewerZone(), layers: [beginLayer('primary')] })}
      finish={finishSchedule}
      fields={(draft, change) => <ScheduleFields draft={draft} onChange={change} />}
      besides={(definition) => <ImportCalendar schedule={definition.name} />}
    />
  );
}

function beginLayer(name: string): Layer {
  const startsOn = toWallText(serverNowMs(), viewerZone()).slice(0, 10);
  return { name, rotation: { every: 'week', length: 1, startsOn, handoverAt: '09:00' }, participants: [''] };
}

/** What was left empty is not said. */
function finishSchedule({ description, timezone, layers }: ScheduleSpec): ScheduleSpec {
  return {
    ...(description?.trim() ? { description: description.trim() } : {}),
    timezone: timezone.trim(),
    layers: layers.map(({ only, ...layer }) => ({
      ...layer,
      name: layer.name.trim(),
      participants: layer.participants.map((user) => user.trim()).filter((user) => user !== ''),
      ...(only && only.length > 0 ? { only } : {}),
    })),
  };
}

function ScheduleFields({ draft, onChange }: { draft: ScheduleSpec; onChange: (draft: ScheduleSpec) => void }) {
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
      <Field label="Time zone" help="Handovers keep to its clock, over changes to summer and winter time too.">
        {(attributes) => (
          <>
            <TextInput
              {...attributes}
              required
              list="time-zones"
              value={draft.timezone}
              onChange={(event) => onChange({ ...draft, timezone: event.target.value })}
            />
            <datalist id="time-zones">
              {Intl.supportedValuesOf('timeZone').map((zone) => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <RowsEditor
        legend="Layers"
        help="From the top: the first layer with somebody on call counts."
        framed
        least={1}
        rows={draft.layers}
        onChange={(layers) => onChange({ ...draft, layers })}
        begin={() => beginLayer(`layer-${draft.layers.length + 1}`)}
        add="Add layer"
        nameOf={(layer, index) => `layer ${layer.name || index + 1}`}
      >
        {(layer, change) => <LayerFields layer={layer} onChange={change} />}
      </RowsEditor>
    </>
  );
}
