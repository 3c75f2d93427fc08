import type { SeverityRank } from '../../../contract/common.ts';
import type { NotificationRule } from '../../../contract/contacts.ts';

const MINUTE_MS = 60_000;

/**
 * By which of a person's methods a page goes out, and how long after it was queued.
 * @param methods the person's verified ones
 */
export function chooseMethods<Method extends { id: string }>(
  methods: readonly Method[],
  rules: readonly NotificationRule[],
  severity: SeverityRank,
): { method: Method; afterMs: number }[] {
  const chosen = rules.flatMap((rule) => {
    const method = methods.find((candidate) => candidate.id === rule.method);
    const fits = rule.severities === undefined || rule.severities.includes(severity);
    return method && fits ? [{ method, afterMs: rule.afterMinutes * MINUTE_MS }] : [];
  });
  // Rules that name only what is gone or unverified must not make somebody unreachable.
  return chosen.length > 0 ? chosen : methods.map((method) => ({ method, afterMs: 0 }));
}
