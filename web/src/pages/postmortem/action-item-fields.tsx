import { Button } from '../../components/button.tsx';
import { Field, TextArea, TextInput } from '../../components/field.tsx';
import type { FormItem } from './postmortem-form.ts';
import { useRowFocus } from './use-row-focus.ts';

const MOST_ITEMS = 100;
const BLANK: FormItem = { text: '', owner: '', due: '', done: false };

/** What is done so that it does not happen again, by whom, until when. */
export function ActionItemFields({
  items,
  onChange,
}: {
  items: readonly FormItem[];
  onChange: (items: readonly FormItem[]) => void;
}) {
  const { list, focusAdded, focusAfterRemoval } = useRowFocus();
  const change = (index: number, part: Partial<FormItem>) =>
    onChange(items.map((item, place) => (place === index ? { ...item, ...part } : item)));
  return (
    <fieldset ref={list} className="min-w-0">
      <legend className="mb-1 text-lead font-semibold">Action items</legend>
      {items.length === 0 ? <p className="text-quiet">None yet.</p> : null}
      {items.map((item, index) => (
        <fieldset
          // biome-ignore lint/suspicious/noArrayIndexKey: items have no name of their own
          key={index}
          data-row-fields
          className="flex min-w-0 flex-wrap items-start gap-3 border-b border-line py-2.5"
        >
          <legend className="sr-only">Action item {index + 1}</legend>
          <div className="min-w-0 flex-1 basis-64">
            <Field label="What to do">
              {(attributes) => (
                <TextArea
                  {...attributes}
                  data-first-field
                  required
                  rows={1}
                  maxLength={500}
                  className="field-sizing-content min-h-9 max-sm:min-h-11"
                  value={item.text}
                  onChange={(event) => change(index, { text: event.target.value })}
                />
              )}
            </Field>
          </div>
          <div className="w-40 max-sm:w-full">
            <Field label="Owner">
              {(attributes) => (
                <TextInput
                  {...attributes}
                  maxLength={100}
                  placeholder="nobody yet"
                  value={item.owner}
                  onChange={(event) => change(index, { owner: event.target.value })}
                />
              )}
            </Field>
          </div>
          <div className="w-40 max-sm:w-full">
            <Field label="Due">
              {(attributes) => (
                <TextInput
                  {...attributes}
                  type="date"
                  value={item.due}
                  onChange={(event) => change(index, { due: event.target.value })}
                />
              )}
            </Field>
          </div>
          <label className="flex min-h-9 items-center gap-2 max-sm:min-h-11 max-sm:flex-1 sm:mt-6">
            <input
              type="checkbox"
              className="size-4"
              checked={item.done}
              onChange={(event) => change(index, { done: event.target.checked })}
            />
            Done
          </label>
          <Button
            className="min-h-9 sm:mt-6"
            aria-label={`Remove action item ${index + 1}`}
            onClick={() => {
              focusAfterRemoval(index, items.length);
              onChange(items.filter((_item, place) => place !== index));
            }}
          >
            Remove
          </Button>
        </fieldset>
      ))}
      <Button
        className="mt-3"
        data-add-row
        disabled={items.length >= MOST_ITEMS}
        onClick={() => {
          focusAdded();
          onChange([...items, BLANK]);
        }}
      >
        Add an action item
      </Button>
    </fieldset>
  );
}
