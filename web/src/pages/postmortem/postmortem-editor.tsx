import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Postmortem } from '../../../../src/contract/incident-postmortem.ts';
import { request } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextArea } from '../../components/field.tsx';
import { viewerZone } from '../../lib/zone-time.ts';
import { ActionItemFields } from './action-item-fields.tsx';
import { EvidenceFields } from './evidence-fields.tsx';
import { LeaveGuard } from './leave-guard.tsx';
import { NewerVersion } from './newer-version.tsx';
import { type PostmortemForm, toBody, toForm } from './postmortem-form.ts';
import { postmortemPath, postmortemQuery, type ReadPostmortem, readAnswer } from './postmortem-query.ts';
import { TimelineFields } from './timeline-fields.tsx';

const CHANGED_MEANWHILE = 412;
const PROSE = [
  { part: 'summary', label: 'Summary', help: 'What happened and whom it hit, in a few sentences. Markdown.' },
  { part: 'rootCause', label: 'Root cause', help: 'Why it happened. Markdown.' },
  { part: 'resolution', label: 'Resolution', help: 'What ended it. Markdown.' },
] as const;

/** What was typed, and what it was typed over. */
type Edited = { from: ReadPostmortem; form: PostmortemForm };

/** Every part that people write. Until something is typed it follows the server; from then on it keeps what is typed. */
export function PostmortemEditor({ incident, read }: { incident: string; read: ReadPostmortem }) {
  const zone = viewerZone();
  const queryClient = useQueryClient();
  const [edited, setEdited] = useState<Edited | null>(null);
  const [dropping, setDropping] = useState(false);
  const { queryKey } = postmortemQuery(incident);
  const save = useCommand({
    run: async ({ from, form }: Edited) =>
      readAnswer(await request('PUT', postmortemPath(incident), { body: toBody(form, zone), ifMatch: from.etag })),
    touches: [['incidents']],
    onDone: (written, sent) => {
      queryClient.setQueryData(queryKey, written);
      // What was typed while it was being saved goes on as the next edit.
      setEdited((now) => (now && now.form !== sent.form ? { from: written, form: now.form } : null));
    },
  });
  const from = edited?.from ?? read;
  const form = edited?.form ?? toForm(read.postmortem, zone);
  // While one's own is being saved, the newer one may be just that.
  const newer: Postmortem | null =
    !save.isPending && read.postmortem.version > from.postmortem.version ? read.postmortem : null;
  const change = (part: Partial<PostmortemForm>) => setEdited({ from, form: { ...form, ...part } });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (save.isPending) return;
    const sent = { from, form };
    save.mutate(sent, {
      onError: (error) => {
        if (error.status !== CHANGED_MEANWHILE) return;
        // Kept as an edit, so that what is read now does not take the place of what is on the screen.
        setEdited((now) => now ?? sent);
        void queryClient.invalidateQueries({ queryKey });
      },
    });
  };
  const prose = ({ part, label, help }: (typeof PROSE)[number]) => (
    <Field label={label} help={help}>
      {(attributes) => (
        <TextArea
          {...attributes}
          maxLength={20_000}
          className="field-sizing-content min-h-28"
          value={form[part]}
          onChange={(event) => change({ [part]: event.target.value })}
        />
      )}
    </Field>
  );

  return (
    <>
      <form onSubmit={submit} aria-label="Postmortem" className="max-w-4xl">
        {/* What has the focus is not hidden behind the bar below. */}
        <div className="flex flex-col gap-5 [&_:is(input,textarea,select,button)]:scroll-mb-28">
          {prose(PROSE[0])}
          <Field label="Services affected" help="One on each line.">
            {(attributes) => (
              <TextArea
                {...attributes}
                className="field-sizing-content min-h-16"
                value={form.services}
                onChange={(event) => change({ services: event.target.value })}
              />
            )}
          </Field>
          <TimelineFields lines={form.timeline} zone={zone} onChange={(timeline) => change({ timeline })} />
          {prose(PROSE[1])}
          {prose(PROSE[2])}
          <ActionItemFields items={form.actionItems} onChange={(actionItems) => change({ actionItems })} />
          <EvidenceFields evidence={form.evidence} onChange={(evidence) => change({ evidence })} />
        </div>
        <div className="sticky bottom-0 z-10 mt-6 border-t-2 border-t-line-strong bg-page py-2.5 max-sm:bottom-[calc(3.5rem+env(safe-area-inset-bottom))]">
          <div className="max-h-[50dvh] overflow-y-auto">
            {newer ? (
              <NewerVersion
                theirs={newer}
                forms={{ before: toForm(from.postmortem, zone), mine: form, theirs: toForm(newer, zone) }}
                onTakeIn={(joined) => {
                  save.reset();
                  setEdited({ from: read, form: joined });
                }}
                onDrop={() => setDropping(true)}
              />
            ) : save.error ? (
              <ErrorPanel error={save.error} />
            ) : null}
          </div>
          <div className="mt-2 flex flex-wrap items-center gap-2">
            <Button
              type="submit"
              look="primary"
              disabled={newer !== null || (edited === null && read.postmortem.version > 0)}
              pending={save.isPending && 'Saving…'}
            >
              Save version {from.postmortem.version + 1}
            </Button>
            {edited && !newer ? <Button onClick={() => setDropping(true)}>Drop my changes…</Button> : null}
            <p role="status" className="text-quiet">
              {edited ? 'Not saved yet' : save.data ? `Saved as version ${save.data.postmortem.version}` : ''}
            </p>
          </div>
        </div>
      </form>
      {edited ? <LeaveGuard /> : null}
      <ConfirmDialog
        open={dropping}
        onOpenChange={setDropping}
        title="Drop what you changed?"
        action="Drop my changes"
        pending="Dropping…"
        danger
        onConfirm={async () => {
          save.reset();
          setEdited(null);
        }}
      >
        <p>What you typed since the last save goes; what is saved stays.</p>
      </ConfirmDialog>
    </>
  );
}
