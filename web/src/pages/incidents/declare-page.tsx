import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type FormEvent, useState } from 'react';
import type { SeverityRank } from '../../../../src/contract/common.ts';
import type { IncidentSummary } from '../../../../src/contract/incident.ts';
import type { SeveritySchemeBody } from '../../../../src/contract/severity-scheme.ts';
import { severitySchemesQuery } from '../../api/on-call-queries.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextArea, TextInput } from '../../components/field.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { optionsOfNames, SelectField } from '../../components/select-field.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { useIdempotencyKey } from '../../lib/use-idempotency-key.ts';

const RANKS: readonly { rank: SeverityRank; means: string }[] = [
  { rank: 1, means: 'down for everybody, or data at risk' },
  { rank: 2, means: 'errors for many, still answering' },
  { rank: 3, means: 'slow or degraded' },
  { rank: 4, means: 'minor' },
];

/** A person says that something is wrong. */
export function DeclarePage(): ReactNode {
  const navigate = useNavigate();
  const [title, setTitle] = useState('');
  const [text, setText] = useState('');
  const [severity, setSeverity] = useState<SeverityRank>(2);
  const schemes = useQuery(severitySchemesQuery).data ?? [];
  const [scheme, setScheme] = useState('');
  const chosen = schemes.find(({ name, current }) => (scheme === '' ? current : name === scheme));
  const body = {
    title: title.trim(),
    severity,
    ...(scheme ? { scheme } : {}),
    ...(text.trim() ? { text: text.trim() } : {}),
  };
  const idempotencyKey = useIdempotencyKey(body);
  const declare = useCommand({
    run: () => sendJson<IncidentSummary>('POST', '/api/v1/incidents', { body, idempotencyKey }),
    touches: [['incidents']],
    onDone: (incident) => void navigate({ to: '/incidents/$id', params: { id: incident.id } }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    declare.mutate(undefined);
  };
  return (
    <>
      <PageHeader
        title="Declare an incident"
        above={
          <Link to="/incidents" className="hover:underline">
            Incidents
          </Link>
        }
      />
      <form onSubmit={submit} className="flex max-w-xl flex-col gap-4">
        <Field label="What is wrong?" help="One sentence, as somebody who is woken by it should read it.">
          {(attributes) => (
            <TextInput
              {...attributes}
              required
              minLength={3}
              maxLength={300}
              spellCheck
              value={title}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <fieldset>
          <legend className="mb-1 font-semibold">How bad is it?</legend>
          {RANKS.map(({ rank, means }) => (
            <label key={rank} className="flex min-h-8 items-center gap-2 max-sm:min-h-11">
              <input
                type="radio"
                name="severity"
                className="size-4 shrink-0"
                checked={severity === rank}
                onChange={() => setSeverity(rank)}
              />
              <span className="w-24 shrink-0">
                <SeverityMark rank={rank} {...labelOf(chosen, rank)} />
              </span>
              <span className="text-quiet">{levelOf(chosen, rank)?.meaning || means}</span>
            </label>
          ))}
        </fieldset>
        {schemes.some(({ written }) => written) ? (
          <SelectField
            label="Severity scheme"
            help="Unless chosen, that of the route."
            value={scheme}
            none="as routed"
            options={optionsOfNames(schemes)}
            onChange={setScheme}
          />
        ) : null}
        <Field label="What is known so far? (optional)">
          {(attributes) => (
            <TextArea
              {...attributes}
              rows={4}
              maxLength={10_000}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        {declare.error ? <ErrorPanel error={declare.error} /> : null}
        <p className="text-quiet">Whoever is on call is paged at once.</p>
        <div>
          <Button
            type="submit"
            look="primary"
            disabled={body.title.length < 3}
            pending={declare.isPending && 'Declaring…'}
          >
            Declare incident and page
          </Button>
        </div>
      </form>
    </>
  );
}

const levelOf = (scheme: SeveritySchemeBody | undefined, rank: SeverityRank) =>
  scheme?.levels.find((level) => level.rank === rank);

/** The words of the scheme where it is known. */
function labelOf(scheme: SeveritySchemeBody | undefined, rank: SeverityRank): { label?: string } {
  const level = levelOf(scheme, rank);
  return level ? { label: level.label } : {};
}
