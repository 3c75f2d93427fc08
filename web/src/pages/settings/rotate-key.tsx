import { useState } from 'react';
import type { ApiKey } from '../../../../src/contract/identity.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Field, SELECT_CLASSES } from '../../components/field.tsx';
import { useIdempotencyKey } from '../../lib/use-idempotency-key.ts';
import { KEY_LIVES } from './key-lives.ts';

const HOUR_MS = 3_600_000;
/** How long the old secret goes on working. */
const OVERLAPS = [
  { label: 'ends at once', ms: 0 },
  { label: 'works for another hour', ms: HOUR_MS },
  { label: 'works for another day', ms: 24 * HOUR_MS },
  { label: 'works for another week', ms: 7 * 24 * HOUR_MS },
] as const;

export type RotatedKey = { key: ApiKey; secret: string };

/** Gives a key a new secret; the old one works on for a while, so that no program is cut off. */
export function RotateKey({
  apiKey,
  onClose,
  onRotated,
}: {
  apiKey: ApiKey;
  onClose: () => void;
  onRotated: (rotated: RotatedKey) => void;
}) {
  const [overlap, setOverlap] = useState(1);
  const [life, setLife] = useState(1);
  const body = { overlapMs: OVERLAPS[overlap]?.ms ?? HOUR_MS, expiresInMs: KEY_LIVES[life]?.ms ?? null };
  const idempotencyKey = useIdempotencyKey({ id: apiKey.id, body });
  const rotate = useCommand({
    run: () => sendJson<RotatedKey>('POST', `/api/v1/keys/${apiKey.id}/rotate`, { body, idempotencyKey }),
    touches: [['keys']],
    onDone: onRotated,
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={`Rotate key ${apiKey.name}`}
      action={`Rotate ${apiKey.name}`}
      pending="Rotating…"
      onConfirm={() => rotate.mutateAsync(undefined)}
    >
      <p>
        A new secret is made, with the same name and role, and shown once. Give it to the program that uses the old one.
      </p>
      <Field label={`The old secret (${apiKey.prefix}…)`}>
        {(attributes) => (
          <select
            {...attributes}
            className={SELECT_CLASSES}
            value={overlap}
            onChange={(event) => setOverlap(Number(event.target.value))}
          >
            {OVERLAPS.map((each, index) => (
              <option key={each.label} value={index}>
                {each.label}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="The new one expires after">
        {(attributes) => (
          <select
            {...attributes}
            className={SELECT_CLASSES}
            value={life}
            onChange={(event) => setLife(Number(event.target.value))}
          >
            {KEY_LIVES.map((each, index) => (
              <option key={each.label} value={index}>
                {each.label}
              </option>
            ))}
          </select>
        )}
      </Field>
    </ConfirmDialog>
  );
}
