import type { Approval, StepAttempt } from '../../../../src/contract/run.ts';
import { Age, ClockTime } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { formatDuration } from '../../lib/format-time.ts';
import { ATTEMPT_WORDS } from '../../lib/words.ts';

/** Who ran an attempt, where, when, how it ended: the line below its output. */
export function AttemptEvidence({ attempt, approval }: { attempt: StepAttempt; approval: Approval | null }) {
  const granted = approval?.status === 'granted' ? approval : null;
  return (
    <details className="mt-1 text-small text-quiet">
      <summary className="min-h-6 py-0.5">
        Attempt {attempt.n} {ATTEMPT_WORDS[attempt.status]}
        {attempt.exitCode === null ? '' : `, exit code ${attempt.exitCode}`},{' '}
        {attempt.endedAt ? (
          formatDuration(Date.parse(attempt.endedAt) - Date.parse(attempt.startedAt))
        ) : (
          <Age since={attempt.startedAt} />
        )}{' '}
        on {attempt.host}
      </summary>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 py-1 pl-4 break-anywhere">
        <dt>Worker</dt>
        <dd className="code-face">{attempt.worker}</dd>
        <dt>Host</dt>
        <dd>{attempt.host}</dd>
        <dt>Started</dt>
        <dd>
          <ClockTime at={attempt.startedAt} />
        </dd>
        <dt>Ended</dt>
        <dd>{attempt.endedAt ? <ClockTime at={attempt.endedAt} /> : 'not yet'}</dd>
        <dt>Output</dt>
        <dd>{attempt.output.bytes.toLocaleString('en')} bytes</dd>
        {granted ? (
          <>
            <dt>Approved</dt>
            <dd>
              by{' '}
              {granted.votes
                .filter((vote) => vote.decision === 'approve')
                .map((vote) => actorWords(vote.by) + (vote.reason ? ` (“${vote.reason}”)` : ''))
                .join(', ')}
            </dd>
            <dt>Effect</dt>
            <dd className="code-face">sha256 {granted.effectSha256}</dd>
          </>
        ) : null}
      </dl>
    </details>
  );
}
