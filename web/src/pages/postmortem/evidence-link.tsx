import { Link } from '@tanstack/react-router';
import type { Evidence } from '../../../../src/contract/incident-postmortem.ts';

const WORDS: Readonly<Record<Evidence['kind'], string>> = {
  finding: 'Finding',
  anomaly: 'Anomaly',
  alert: 'Alert',
  run: 'Run',
  link: 'Link',
};

/** What it is, and the way there. */
export function EvidenceLink({ evidence: { kind, text, ref, url } }: { evidence: Evidence }) {
  return (
    <>
      <span className="text-quiet">{WORDS[kind]}</span>{' '}
      {url !== null ? (
        <a href={url} target="_blank" rel="noreferrer" className="link">
          {text}
        </a>
      ) : (
        <Link to={kind === 'run' ? '/runs/$id' : '/findings/$id'} params={{ id: ref ?? '' }} className="link">
          {text}
        </Link>
      )}
    </>
  );
}
