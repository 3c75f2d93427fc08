import type { HoldfastError } from '../platform/errors/holdfast-error.ts';
import { cleanText, toSafeJson } from './terminal/clean-text.ts';

/** An error as people read it, or as one line of JSON. */
export function renderError(error: HoldfastError, json: boolean): string {
  const { code, kind, message, hint } = error;
  if (json) return `${toSafeJson({ error: { code, kind, message, hint: hint ?? null } })}\n`;
  return cleanText(`holdfast: ${message}\n${hint ? `${hint}\n` : ''}`);
}
