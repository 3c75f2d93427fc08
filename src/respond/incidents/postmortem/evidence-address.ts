import type { Evidence } from '../../../contract/incident-postmortem.ts';

/** What a piece of evidence is called. */
export const EVIDENCE_WORDS: Readonly<Record<Evidence['kind'], string>> = {
  finding: 'Finding',
  anomaly: 'Anomaly',
  alert: 'Alert',
  run: 'Run',
  link: 'Link',
};

/** Where it is looked at; null where nobody said where Holdfast is reached. */
export function evidenceAddress({ kind, ref, url }: Evidence, baseUrl: string | null): string | null {
  if (ref === null) return url;
  return baseUrl === null ? null : `${baseUrl.replace(/\/+$/, '')}/${kind === 'run' ? 'runs' : 'findings'}/${ref}`;
}
