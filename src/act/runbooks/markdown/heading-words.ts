import { readDurationMs } from '../read-duration.ts';

/** Headings that name a part of a procedure and not a procedure: `#### Steps` below `### Restore the database`. */
const PART =
  /^(?:prerequisites?|preparations?|before you (?:begin|start)|steps?|procedure|instructions|symptoms?|diagnos(?:is|e|tics)(?: steps?)?|investigation(?: steps?)?|resolution(?: steps?)?|remediation(?: steps?)?|mitigation(?: steps?)?|verification|verify|validation|rollback|roll back|actions?|immediate actions?|recovery steps?|checks?|fix(?:es)?|solutions?|cause|root cause|impact|detection|clean-?up|follow-?up|post-?checks?|pre-?checks?|helpers?)$/i;
const PART_OF_DEEPER = /^(?:pre|post)-\w+ (?:checklist|checks?|verification|validation|steps)$/i;
/** Headings under which numbered lines are facts, not things to do. */
const REFERENCE =
  /^(?:table of )?contents?$|^contacts?\b|\bcontacts?$|^contact information|^escalation|^on-call|^key metrics|^useful links|^(?:external )?dependencies$|^references?$|^see also|^links$|^change ?log|^appendix|^glossary|^(?:system |platform |architecture )?overview$|^architecture|^key components|^support channels|^severity|^incident severity|^revision history|^resources$|^metrics\b|^(?:high|medium|low) priority alerts/i;

export function isPartHeading(title: string, parentDepth: number): boolean {
  const plain = title.replace(/:\s*$/, '').trim();
  return PART.test(plain) || (parentDepth >= 3 && PART_OF_DEEPER.test(plain));
}

export function isReferenceHeading(title: string): boolean {
  return REFERENCE.test(title.trim());
}

const SEVERITY = /\b(P[0-5]|SEV[- ]?[0-5]|S[1-4])\b/i;

/** `P1: API down`, `Outage (P1)`, `SEV1 response` → the severity as written, without blanks. */
export function severityIn(title: string): string | null {
  return SEVERITY.exec(title)?.[1]?.toUpperCase().replace(/[- ]/, '') ?? null;
}

/** Severity → time to respond, from a table that has a column called so. */
export function responseTimes(tables: readonly (readonly (readonly string[])[])[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const [head, ...rows] of tables) {
    const column = head?.findIndex((cell) => /response (?:time|sla)|^sla$/i.test(cell)) ?? -1;
    if (column < 0) continue;
    for (const row of rows) {
      const severity = severityIn(row[0] ?? '');
      const responseMs = readDurationMs(row[column] ?? '');
      if (severity !== null && responseMs !== null && !times.has(severity)) times.set(severity, responseMs);
    }
  }
  return times;
}
