import { useState } from 'react';
import type { StatusComponent } from '../../../../src/contract/status-page.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { COMPONENT_STATES } from './status-words.ts';

/** Adds a component of the public page, or changes one. */
export function ComponentDialog({ component, onClose }: { component: StatusComponent | null; onClose: () => void }) {
  const [name, setName] = useState(component?.name ?? '');
  const [group, setGroup] = useState(component?.group ?? '');
  const [description, setDescription] = useState(component?.description ?? '');
  const [status, setStatus] = useState<string>(component?.status ?? 'operational');
  const save = useCommand({
    run: () => {
      const body = { name: name.trim(), group: group.trim() || null, description: description.trim() };
      return component === null
        ? sendJson('POST', '/api/v1/status-page/components', { body })
        : sendJson('PATCH', `/api/v1/status-page/components/${component.id}`, { body: { ...body, status } });
    },
    touches: [['status-page']],
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={component === null ? 'Add a component' : component.name}
      action={component === null ? 'Add it' : 'Save it'}
      pending="Saving…"
      onConfirm={() => save.mutateAsync(undefined)}
    >
      <Field label="Name" help="What customers call it.">
        {(attributes) => (
          <TextInput
            {...attributes}
            required
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label="Group" help="Heading it stands under; may be empty.">
        {(attributes) => (
          <TextInput {...attributes} maxLength={100} value={group} onChange={(event) => setGroup(event.target.value)} />
        )}
      </Field>
      <Field label="Description" help="A sentence for customers; may be empty.">
        {(attributes) => (
          <TextInput
            {...attributes}
            maxLength={500}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
      </Field>
      {component === null ? null : (
        <SelectField
          label="How it stands"
          value={status}
          options={Object.entries(COMPONENT_STATES).map(([each, words]) => ({ value: each, label: words.word }))}
          onChange={setStatus}
        />
      )}
    </ConfirmDialog>
  );
}
