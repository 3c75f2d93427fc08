import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field, TextArea } from '../../components/field.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { plural } from '../../lib/plural.ts';
import { useSession } from '../../lib/use-session.ts';
import { alertsMatchingQuery } from './alert-queries.ts';
import { LabelList } from './label-list.tsx';
import { splitMatchers, toWireMatcher } from './matcher-text.ts';

const HOUR_MS = 3_600_000;
const TIMES = [
  { label: '30 minutes', ms: HOUR_MS / 2 },
  { label: '2 hours', ms: 2 * HOUR_MS },
  { label: '8 hours', ms: 8 * HOUR_MS },
  { label: '1 day', ms: 24 * HOUR_MS },
  { label: '1 week', ms: 7 * 24 * HOUR_MS },
] as const;
const MOST_SHOWN = 8;

/** Silences alerts, and shows before what it keeps quiet. */
export function SilenceDialog({
  matchers,
  onClose,
}: {
  /** To begin with. */
  matchers: readonly string[];
  onClose: () => void;
}) {
  const { session } = useSession();
  const [text, setText] = useState(matchers.join(', '));
  const [ms, setMs] = useState<number>(TIMES[1].ms);
  const read = splitMatchers(text);
  const preview = useQuery(alertsMatchingQuery(read ?? []));
  const silence = useCommand({
    run: (comment: string) => {
      const wanted = (read ?? []).map(toWireMatcher).filter((matcher) => matcher !== null);
      const now = Date.now();
      return sendJson('POST', '/api/v2/silences', {
        body: {
          matchers: wanted,
          startsAt: new Date(now).toISOString(),
          endsAt: new Date(now + ms).toISOString(),
          createdBy: session.name,
          comment,
        },
      });
    },
    touches: [['alerts']],
  });
  const wrong =
    read === null
      ? 'Write matchers such as alertname="DiskFull", node=~"db.*".'
      : read.length === 0
        ? 'At least one matcher is needed: a silence of everything is none.'
        : preview.error instanceof ApiError
          ? preview.error.message
          : null;
  return (
    <ConfirmDialog
      open
      wide
      onOpenChange={(open) => open || onClose()}
      title="Silence alerts"
      action="Silence them"
      pending="Silencing…"
      reason="required"
      onConfirm={({ reason }) => silence.mutateAsync(reason)}
    >
      <Field label="Alerts that match all of" wrong={wrong} help="Names, =, !=, =~ or !~, and values in quotes.">
        {(attributes) => (
          <TextArea {...attributes} value={text} rows={2} onChange={(event) => setText(event.target.value)} />
        )}
      </Field>
      <SelectField
        label="For"
        value={ms}
        options={TIMES.map((time) => ({ value: time.ms, label: time.label }))}
        onChange={(value) => setMs(Number(value))}
      />
      <section aria-live="polite" aria-label="What it keeps quiet">
        {wrong || !preview.data ? null : (
          <>
            <p className="font-semibold">
              {preview.data.length === 0
                ? 'No alert that fires now matches; later ones will be kept quiet.'
                : `Keeps ${plural(preview.data.length, 'alert')} quiet that ${preview.data.length === 1 ? 'fires' : 'fire'} now:`}
            </p>
            <ul className="mt-1">
              {preview.data.slice(0, MOST_SHOWN).map((alert) => (
                <li key={alert.fingerprint} className="border-b border-line py-1">
                  <LabelList labels={alert.labels} />
                </li>
              ))}
            </ul>
            {preview.data.length > MOST_SHOWN ? (
              <p className="mt-1 text-quiet">and {preview.data.length - MOST_SHOWN} more</p>
            ) : null}
          </>
        )}
      </section>
    </ConfirmDialog>
  );
}
