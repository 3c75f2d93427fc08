import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Definition } from '../../../api/on-call-queries.ts';
import { request, sendJson } from '../../../api/request.ts';
import { useCommand } from '../../../api/use-command.ts';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../../components/error-panel.tsx';
import { Field, TextInput } from '../../../components/field.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { useSession } from '../../../lib/use-session.ts';

/** Stands in an address in place of the name of what is not there yet. */
export const NEW = 'new';

type Kind = {
  /** Below `/api/v1/`. */
  path: 'schedules' | 'teams' | 'escalation-policies' | 'calendars';
  one: string;
  view: 'schedules' | 'teams' | 'policies';
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
  const query = useQuery({
    // Not below ['oncall']: a form is not read anew under the hands of who fills it in, only when it is opened.
    queryKey: ['definition-form', kind.path, name],
    enabled: !isNew,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const response = await request('GET', `/api/v1/${kind.path}/${encodeURIComponent(name)}`, { signal });
      return { definition: (await response.json()) as Definition<Spec>, etag: response.headers.get('etag') };
    },
  });
  return (
    <>
      <PageHeader
        title={isNew ? `New ${kind.one}` : name}
        documentTitle={isNew ? `New ${kind.one}` : `Edit ${name}`}
        above={
          <Link
            to="/on-call"
            search={{ show: kind.view === 'schedules' ? undefined : kind.view }}
            className="hover:underline"
          >
            On-call
          </Link>
        }
      />
      {isNew ? (
        <EditorForm {...props} initial={props.begin()} etag={null} />
      ) : query.data ? (
        <>
          <EditorForm
            {...props}
            key={query.data.etag}
            initial={query.data.definition.spec}
            etag={query.data.etag}
            version={query.data.definition.version}
          />
          {props.besides?.(query.data.definition)}
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
  const navigate = useNavigate();
  const { may } = useSession();
  const [draft, setDraft] = useState(initial);
  const [newName, setNewName] = useState('');
  const [deleting, setDeleting] = useState(false);
  const isNew = name === NEW;
  const path = `/api/v1/${kind.path}/${encodeURIComponent(isNew ? newName : name)}`;
  const back = () =>
    void navigate({ to: '/on-call', search: { show: kind.view === 'schedules' ? undefined : kind.view } });
  const save = useCommand({
    run: () => sendJson('PUT', path, { body: finish(draft), ifMatch: isNew ? '"0"' : (etag ?? '"0"') }),
    touches: [['oncall']],
    onDone: back,
  });
  const remove = useCommand({
    run: () => sendJson('DELETE', path, { ifMatch: etag ?? '"0"' }),
    touches: [['oncall']],
    onDone: back,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  const mayWrite = may('admin');
  return (
    <>
      <form onSubmit={submit} className="flex max-w-2xl flex-col gap-4">
        {mayWrite ? null : <p className="text-quiet">Only an administrator may change it.</p>}
        <fieldset disabled={!mayWrite} className="flex min-w-0 flex-col gap-4">
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
        </fieldset>
        {save.error ? <ErrorPanel error={save.error} /> : null}
        {mayWrite ? (
          <div className="flex flex-wrap gap-2 border-t border-line pt-3">
            <Button type="submit" look="primary" pending={save.isPending && 'Saving…'}>
              {isNew ? `Create ${kind.one}` : `Save ${name}`}
            </Button>
            <Button onClick={back}>Leave it as it was</Button>
            {isNew || version === 0 ? null : (
              <Button className="ml-auto max-sm:ml-0" onClick={() => setDeleting(true)}>
                Delete {name}…
              </Button>
            )}
          </div>
        ) : null}
      </form>
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
