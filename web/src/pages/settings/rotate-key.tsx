import { useState } from 'react';
import type { ApiKey } from '../../../../src/contract/identity.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { SelectField } from '../../components/select-field.tsx';
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
      <SelectField
        label={`The old secret (${apiKey.prefix}…)`}
        value={overlap}
        options={OVERLAPS.map((each, index) => ({ value: index, label: each.label }))}
        onChange={(value) => setOverlap(Number(value))}
      />
      <SelectField
        label="The new one expires after"
        value={life}
        options={KEY_LIVES.map((each, index) => ({ value: index, label: each.label }))}
        onChange={(value) => setLife(Number(value))}
      />
    </ConfirmDialog>
  );
}
