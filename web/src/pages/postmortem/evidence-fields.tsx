import { useState } from 'react';
import type { Evidence } from '../../../../src/contract/incident-postmortem.ts';
import { Button } from '../../components/button.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { EvidenceLink } from './evidence-link.tsx';

const MOST_EVIDENCE = 200;
const ADDRESS = /^https?:\/\/\S+$/;

/** What shows that it was so: what was found and run comes with the draft; links are added. */
export function EvidenceFields({
  evidence,
  onChange,
}: {
  evidence: readonly Evidence[];
  onChange: (evidence: readonly Evidence[]) => void;
}) {
  const [text, setText] = useState('');
  const [url, setUrl] = useState('');
  const wrong =
    url !== '' && !ADDRESS.test(url.trim()) ? 'Write an address that begins with https:// or http://.' : null;
  const add = () => {
    onChange([
      ...evidence,
      { kind: 'link', text: text.trim() || url.trim().slice(0, 500), ref: null, url: url.trim() },
    ]);
    setText('');
    setUrl('');
  };
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-lead font-semibold">Evidence</legend>
      {evidence.length === 0 ? <p className="text-quiet">None named.</p> : null}
      <ul className="border-t border-line empty:hidden">
        {evidence.map((each, index) => (
          <li
            key={`${each.ref} ${each.url} ${each.text}`}
            className="flex items-center justify-between gap-3 border-b border-line py-1"
          >
            <span className="min-w-0 break-anywhere">
              <EvidenceLink evidence={each} />
            </span>
            <Button
              aria-label={`Remove evidence ${index + 1}`}
              onClick={() => onChange(evidence.filter((_each, place) => place !== index))}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      <div className="mt-3 flex flex-wrap items-start gap-3">
        <div className="min-w-0 flex-1 basis-64">
          <Field label="Address of a graph, log or ticket" wrong={wrong}>
            {(attributes) => (
              <TextInput
                {...attributes}
                maxLength={2_000}
                value={url}
                onChange={(event) => setUrl(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div className="min-w-0 flex-1 basis-48">
          <Field label="What it shows">
            {(attributes) => (
              <TextInput
                {...attributes}
                maxLength={500}
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            )}
          </Field>
        </div>
        <Button
          className="min-h-9 sm:mt-6"
          disabled={url.trim() === '' || wrong !== null || evidence.length >= MOST_EVIDENCE}
          onClick={add}
        >
          Add link
        </Button>
      </div>
    </fieldset>
  );
}
