const DAY_MS = 86_400_000;

/** How long a key may live. */
export const KEY_LIVES = [
  { label: '30 days', ms: 30 * DAY_MS },
  { label: '90 days', ms: 90 * DAY_MS },
  { label: '1 year', ms: 365 * DAY_MS },
  { label: 'never', ms: null },
] as const;
