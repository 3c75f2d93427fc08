import type { Layer, Rotation, Weekday } from '../../../../../src/contract/oncall.ts';
import { Field, SELECT_CLASSES, TextInput } from '../../../components/field.tsx';
import { SelectField } from '../../../components/select-field.tsx';
import { PersonInput } from '../person-input.tsx';
import { RowsEditor } from './rows-editor.tsx';
import { DAYS, WindowFields, WORKING_HOURS } from './window-fields.tsx';

/** One rotation: who, how long each, from when, and at which hours of the week. */
export function LayerFields({ layer, onChange }: { layer: Layer; onChange: (layer: Layer) => void }) {
  const { rotation } = layer;
  const turn = (changed: Partial<Rotation>) => onChange({ ...layer, rotation: { ...rotation, ...changed } });
  return (
    <div className="flex flex-col gap-3 pb-2">
      <Field label="Name of the layer">
        {(attributes) => (
          <TextInput
            {...attributes}
            required
            autoCapitalize="none"
            maxLength={64}
            value={layer.name}
            onChange={(event) => onChange({ ...layer, name: event.target.value })}
          />
        )}
      </Field>
      <RowsEditor
        legend="Who takes turns"
        rows={layer.participants}
        least={1}
        onChange={(participants) => onChange({ ...layer, participants })}
        begin={() => ''}
        add="Add person"
        nameOf={(user, index) => user || `person ${index + 1}`}
      >
        {(user, change, index) => (
          <PersonInput aria-label={`Person ${index + 1} of ${layer.name}`} value={user} onChange={change} />
        )}
      </RowsEditor>
      <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        <Field label="A turn is">
          {(attributes) => (
            <div className="flex gap-2">
              <TextInput
                {...attributes}
                type="number"
                required
                min={1}
                max={1_000}
                className="max-w-20"
                value={rotation.length}
                onChange={(event) => turn({ length: Number(event.target.value) })}
              />
              <select
                aria-label="Unit of a turn"
                className={SELECT_CLASSES}
                value={rotation.every}
                onChange={(event) => {
                  const { handoverDay: _day, ...rest } = rotation;
                  onChange({ ...layer, rotation: { ...rest, every: event.target.value as Rotation['every'] } });
                }}
              >
                <option value="hour">hours long</option>
                <option value="day">days long</option>
                <option value="week">weeks long</option>
              </select>
            </div>
          )}
        </Field>
        <Field label="The first turn begins on">
          {(attributes) => (
            <TextInput
              {...attributes}
              type="date"
              required
              value={rotation.startsOn}
              onChange={(event) => turn({ startsOn: event.target.value })}
            />
          )}
        </Field>
        <Field label="Handed over at">
          {(attributes) => (
            <TextInput
              {...attributes}
              type="time"
              required
              value={rotation.handoverAt}
              onChange={(event) => turn({ handoverAt: event.target.value })}
            />
          )}
        </Field>
        {rotation.every === 'week' ? (
          <SelectField
            label="Handed over on"
            value={rotation.handoverDay ?? ''}
            none="the weekday it begins on"
            options={DAYS.map(({ day, word }) => ({ value: day, label: word }))}
            onChange={(value) => {
              const { handoverDay: _before, ...rest } = rotation;
              const day = value as Weekday | '';
              onChange({ ...layer, rotation: day === '' ? rest : { ...rest, handoverDay: day } });
            }}
          />
        ) : null}
      </div>
      <RowsEditor
        legend="Only at these hours of the week"
        help="Without any: always. A time at or before the first one ends on the next day."
        rows={layer.only ?? []}
        onChange={(only) => onChange({ ...layer, only })}
        begin={() => WORKING_HOURS}
        add="Add hours"
        nameOf={(_window, index) => `hours ${index + 1}`}
      >
        {(window, change, index) => <WindowFields window={window} index={index} onChange={change} />}
      </RowsEditor>
    </div>
  );
}
