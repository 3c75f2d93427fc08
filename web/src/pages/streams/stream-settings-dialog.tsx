import { useState } from 'react';
import type { ChangeStream, Stream } from '../../../../src/contract/stream.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field, TextArea, TextInput } from '../../components/field.tsx';

/** As the server has them; importing them would bring the contract's checker into the page. */
const PROFILE_ALPHAS: Record<Stream['settings']['profile'], number> = {
  sensitive: 0.02,
  balanced: 0.01,
  strict: 0.002,
};

/** The settings a person changes after the first week: how readily it alarms, and what is blanked. */
export function StreamSettingsDialog({ stream, onClose }: { stream: Stream; onClose(): void }) {
  const { settings } = stream;
  const [alpha, setAlpha] = useState(String(settings.alpha));
  const [keys, setKeys] = useState(settings.redaction.keys.join('\n'));
  const [patterns, setPatterns] = useState(settings.redaction.patterns.join('\n'));
  const change = useCommand({
    run: (body: ChangeStream) =>
      sendJson<Stream>('PATCH', `/api/v1/streams/${stream.id}`, { body, ifMatch: `"${stream.version}"` }),
    touches: [['streams']],
  });
  const share = Number(alpha);
  const wrong = share >= 0.0001 && share <= 0.2 ? null : 'Write a share between 0.0001 and 0.2.';
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={`Settings of ${stream.service}, ${stream.kind}`}
      action="Save settings"
      pending="Saving…"
      barred={wrong}
      onConfirm={async () => {
        const profile = profileOf(share) ?? settings.profile;
        await change.mutateAsync({
          profile,
          alpha: share,
          redaction: { keys: lines(keys), patterns: lines(patterns) },
        });
      }}
    >
      <div className="flex flex-col gap-4">
        <Field
          label="Alarm at p ≤"
          help="The share of false alarms to put up with: 0.02 sensitive, 0.01 balanced, 0.002 strict."
          wrong={wrong}
        >
          {(attributes) => (
            <TextInput
              {...attributes}
              inputMode="decimal"
              value={alpha}
              onChange={(event) => setAlpha(event.target.value)}
            />
          )}
        </Field>
        <Field label="Keys whose values are blanked" help="One a line; before anything is stored.">
          {(attributes) => (
            <TextArea {...attributes} rows={3} value={keys} onChange={(event) => setKeys(event.target.value)} />
          )}
        </Field>
        <Field label="Patterns that are blanked" help="Regular expressions (RE2), one a line.">
          {(attributes) => (
            <TextArea {...attributes} rows={3} value={patterns} onChange={(event) => setPatterns(event.target.value)} />
          )}
        </Field>
      </div>
    </ConfirmDialog>
  );
}

function profileOf(alpha: number): Stream['settings']['profile'] | null {
  for (const profile of ['sensitive', 'balanced', 'strict'] as const) {
    if (PROFILE_ALPHAS[profile] === alpha) return profile;
  }
  return null;
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
