import { type ReactNode, useState } from 'react';
import type { Definition } from '../../../api/on-call-queries.ts';
import { sendJson } from '../../../api/request.ts';
import { useCommand } from '../../../api/use-command.ts';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../../components/error-panel.tsx';
import { Field, TextInput } from '../../../components/field.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { BackToOnCall, EditingForm, type OnCallView, useBackToOnCall, useEdited } from './editing-form.tsx';

/** Stands in an address in place of the name of what is not there yet. */
export const NEW = 'new';

type Kind = {
  /** Below `/api/v1/`. */
  path: 'schedules' | 'teams' | 'escalation-policies' | 'calendars';
  one: string;
  view: OnCallView;
};

type EditorProps<Spec> = {
  kind: Kind;
  /** Of what is written over; `new` for another one. */
  name: string;
  /** What a new one begins as. */
  begin: () => Spec;
  fields: (draft: Spec, change: (draft: Spec) => void) => ReactNode;
  /** Only what it is may be sent: drafts hold empty fields. */
  finish: (draft: Spec) => Spec;
  /** What else can be done with one that is there. */
  besides?: (definition: Definition<Spec>) => ReactNode;
};

/** One definition of on-call in a form. It is written whole, and never over somebody else's change. */
export function DefinitionEditor<Spec>(props: EditorProps<Spec>): ReactNode {
  const { kind, name } = props;
  const isNew = name === NEW;
  const query = useEdited<Definition<Spec>>(`/api/v1/${kind.path}/${encodeURIComponent(name)}`, { enabled: !isNew });
  return (
    <>
      <PageHeader
        title={isNew ? `New ${kind.one}` : name}
        documentTitle={isNew ? `New ${kind.one}` : `Edit ${name}`}
        above={<BackToOnCall view={kind.view} />}
      />
      {isNew ? (
        <EditorForm {...props} initial={props.begin()} etag={null} />
      ) : query.data ? (
        <>
          <EditorForm
            {...props}
            key={query.data.etag}
            initial={query.data.body.spec}
            etag={query.data.etag}
            version={query.data.body.version}
          />
          {props.besides?.(query.data.body)}
        </>
      ) : query.error ? (
        <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <SkeletonRows rows={6} what={`the ${kind.one}`} />
      )}
    </>
  );
}

function EditorForm<Spec>({
  kind,
  name,
  fields,
  finish,
  initial,
  etag,
  version = 0,
}: EditorProps<Spec> & { initial: Spec; etag: string | null; version?: number }) {
  const [draft, setDraft] = useState(initial);
  const [newName, setNewName] = useState('');
  const [deleting, setDeleting] = useState(false);
  const isNew = name === NEW;
  const path = `/api/v1/${kind.path}/${encodeURIComponent(isNew ? newName : name)}`;
  const remove = useCommand({
    run: () => sendJson('DELETE', path, { ifMatch: etag ?? '"0"' }),
    touches: [['oncall']],
    onDone: useBackToOnCall(kind.view),
  });
  return (
    <>
      <EditingForm
        path={path}
        etag={isNew ? null : etag}
        body={() => finish(draft)}
        view={kind.view}
        save={isNew ? `Create ${kind.one}` : `Save ${name}`}
        leave="Leave it as it was"
        besides={
          isNew || version === 0 ? null : (
            <Button className="ml-auto max-sm:ml-0" onClick={() => setDeleting(true)}>
              Delete {name}…
            </Button>
          )
        }
      >
        {isNew ? (
          <Field
            label="Name"
            help="Lower-case letters, digits, dots, dashes and underscores. It cannot be changed later."
          >
            {(attributes) => (
              <TextInput
                {...attributes}
                required
                pattern="[a-z0-9][a-z0-9._\-]*"
                maxLength={64}
                autoCapitalize="none"
                value={newName}
                onChange={(event) => setNewName(event.target.value)}
              />
            )}
          </Field>
        ) : null}
        {fields(draft, setDraft)}
      </EditingForm>
      {/* Not inside the form: what is confirmed in it would save the form, too. */}
      <ConfirmDialog
        open={deleting}
        onOpenChange={setDeleting}
        title={`Delete ${name}?`}
        action={`Delete ${name}`}
        pending="Deleting…"
        danger
        typed={{ text: name, label: `Type ${name} to delete it` }}
        onConfirm={() => remove.mutateAsync(undefined)}
      >
        <p>Refused while something refers to it. Its history stays in the audit log.</p>
      </ConfirmDialog>
    </>
  );
}
