import { type ChangeEvent, useId, useState } from 'react';
import type { ImportedIcal } from '../../../../../src/contract/oncall-api.ts';
import { sendJson } from '../../../api/request.ts';
import { useCommand } from '../../../api/use-command.ts';
import { Button } from '../../../components/button.tsx';
import { ErrorPanel } from '../../../components/error-panel.tsx';
import { Field, TextArea } from '../../../components/field.tsx';
import { Time } from '../../../components/time.tsx';
import { plural } from '../../../lib/plural.ts';
import { useIdempotencyKey } from '../../../lib/use-idempotency-key.ts';
import { useSession } from '../../../lib/use-session.ts';

const LARGEST_BYTES = 900_000;

/** Overrides out of the events of another calendar. */
export function ImportCalendar({ schedule }: { schedule: string }) {
  const { may } = useSession();
  const id = useId();
  const [file, setFile] = useState<{ name: string; text: string } | null>(null);
  const [tooLarge, setTooLarge] = useState(false);
  const [people, setPeople] = useState('');
  const [partial, setPartial] = useState(false);
  const body = { text: file?.text ?? '', people: readPeople(people), partial };
  const idempotencyKey = useIdempotencyKey(body);
  const bring = useCommand({
    run: () =>
      sendJson<ImportedIcal>('POST', `/api/v1/schedules/${encodeURIComponent(schedule)}/import`, {
        body,
        idempotencyKey,
      }),
    touches: [['oncall']],
  });
  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = event.target.files ?? [];
    bring.reset();
    setTooLarge((chosen?.size ?? 0) > LARGEST_BYTES);
    setFile(chosen && chosen.size <= LARGEST_BYTES ? { name: chosen.name, text: await chosen.text() } : null);
  };
  if (!may('operator')) return null;
  return (
    <section aria-labelledby={id} className="mt-8 flex max-w-2xl flex-col gap-3 border-t border-line pt-4">
      <h2 id={id} className="text-lead">
        Import a calendar
      </h2>
      <p className="text-quiet">
        Each event becomes an override, those that repeat for a year. Events keep their identity: imported again, they
        are brought up to date.
      </p>
      <Field label="iCalendar file (.ics)" wrong={tooLarge ? 'It is larger than 900 kB.' : null}>
        {(attributes) => (
          <input
            {...attributes}
            type="file"
            accept=".ics,text/calendar"
            className="block min-h-9 w-full max-sm:min-h-11"
            onChange={(event) => void choose(event)}
          />
        )}
      </Field>
      <Field
        label="Whom its names mean (optional)"
        help="One in each line, such as ada@example.org = ada. Names that are users here need no line."
      >
        {(attributes) => (
          <TextArea {...attributes} rows={3} value={people} onChange={(event) => setPeople(event.target.value)} />
        )}
      </Field>
      <label className="flex min-h-8 items-center gap-2 max-sm:min-h-11">
        <input
          type="checkbox"
          className="size-4"
          checked={partial}
          onChange={(event) => setPartial(event.target.checked)}
        />
        Import what can be read, leave out the rest
      </label>
      {bring.error ? <ErrorPanel error={bring.error} /> : null}
      {bring.data ? <Outcome imported={bring.data} /> : null}
      <div>
        <Button
          disabled={file === null}
          pending={bring.isPending && 'Importing…'}
          onClick={() => bring.mutate(undefined)}
        >
          {file === null ? `Import into ${schedule}` : `Import ${file.name} into ${schedule}`}
        </Button>
      </div>
    </section>
  );
}

function Outcome({ imported }: { imported: ImportedIcal }) {
  return (
    <div role="status" className="rounded-md bg-good-soft px-3 py-2">
      {plural(imported.overrides.length, 'override')} imported
      {imported.problems.length > 0 ? `, ${plural(imported.problems.length, 'event')} left out:` : '.'}
      {imported.repeatedUntil === null ? null : (
        <p>
          What repeats is imported until <Time at={imported.repeatedUntil} />: import it again before.
        </p>
      )}
      {imported.problems.length > 0 ? (
        <ul className="list-disc pl-5">
          {imported.problems.map((problem) => (
            <li key={`${problem.line} ${problem.message}`} className="break-anywhere">
              line {problem.line}: {problem.message}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

/** `ada@example.org = ada`, one in each line. */
function readPeople(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const at = line.lastIndexOf('=');
    const [name, user] = [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    return at > 0 && name !== '' && user !== '' ? [[name, user]] : [];
  });
  return Object.fromEntries(pairs);
}
