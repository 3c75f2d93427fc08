import type { HoldfastError } from '../platform/errors/holdfast-error.ts';

/** An error as people read it, or as one line of JSON. */
export function renderError(error: HoldfastError, json: boolean): string {
  const { code, kind, message, hint } = error;
  if (json) return `${JSON.stringify({ error: { code, kind, message, hint: hint ?? null } })}\n`;
  return `holdfast: ${message}\n${hint ? `${hint}\n` : ''}`;
}
