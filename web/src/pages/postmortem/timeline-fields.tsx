import { Button } from '../../components/button.tsx';
import { Field, TextArea, TextInput } from '../../components/field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { serverNowMs } from '../../lib/server-clock.ts';
import { toWallText } from '../../lib/zone-time.ts';
import { MOMENT_WORDS } from './moment-words.ts';
import type { FormLine, Moment } from './postmortem-form.ts';
import { useRowFocus } from './use-row-focus.ts';

const MOST_LINES = 500;

/** What happened when, line by line. */
export function TimelineFields({
  lines,
  zone,
  onChange,
}: {
  lines: readonly FormLine[];
  zone: string;
  onChange: (lines: readonly FormLine[]) => void;
}) {
  const { list, focusAdded, focusAfterRemoval } = useRowFocus();
  const change = (index: number, part: Partial<FormLine>) =>
    onChange(lines.map((line, place) => (place === index ? { ...line, ...part } : line)));
  return (
    <fieldset ref={list} className="min-w-0">
      <legend className="mb-1 text-lead font-semibold">Timeline</legend>
      <p className="text-quiet">Times in {zone}. Lines are put in order when it is saved.</p>
      {lines.map((line, index) => (
        <fieldset
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name of their own
          key={index}
          data-row-fields
          className="flex min-w-0 flex-wrap items-start gap-3 border-b border-line py-2.5"
        >
          <legend className="sr-only">Line {index + 1} of the timeline</legend>
          <div className="w-60 max-sm:w-full">
            <Field label="When">
              {(attributes) => (
                <TextInput
                  {...attributes}
                  data-first-field
                  type="datetime-local"
                  required
                  value={line.wall}
                  onChange={(event) => change(index, { wall: event.target.value })}
                />
              )}
            </Field>
          </div>
          <div className="w-44 max-sm:w-full">
            <SelectField
              label="Moment"
              value={line.moment}
              options={Object.entries(MOMENT_WORDS).map(([moment, words]) => ({ value: moment, label: words }))}
              onChange={(value) => change(index, { moment: value as Moment })}
            />
          </div>
          <div className="min-w-0 flex-1 basis-56">
            <Field label="What happened">
              {(attributes) => (
                <TextArea
                  {...attributes}
                  required
                  rows={1}
                  maxLength={2_000}
                  className="field-sizing-content min-h-9 max-sm:min-h-11"
                  value={line.text}
                  onChange={(event) => change(index, { text: event.target.value })}
                />
              )}
            </Field>
          </div>
          <Button
            className="min-h-9 sm:mt-6"
            aria-label={`Remove line ${index + 1}`}
            onClick={() => {
              focusAfterRemoval(index, lines.length);
              onChange(lines.filter((_line, place) => place !== index));
            }}
          >
            Remove
          </Button>
        </fieldset>
      ))}
      <Button
        className="mt-3"
        data-add-row
        disabled={lines.length >= MOST_LINES}
        onClick={() => {
          focusAdded();
          const wall = lines.at(-1)?.wall ?? toWallText(serverNowMs(), zone);
          onChange([...lines, { at: '', wall, moment: 'note', text: '' }]);
        }}
      >
        Add a line
      </Button>
    </fieldset>
  );
}
