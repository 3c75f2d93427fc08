import type { Approval } from '../../contract/run.ts';
import { cleanLine, cleanText } from '../terminal/clean-text.ts';
import type { Output, Tone } from '../terminal/output.ts';
import { formatWhen } from '../terminal/times.ts';
import { stateCell } from '../terminal/tones.ts';

const TONES: Readonly<Record<Approval['status'], Tone>> = {
  pending: 'asks',
  granted: 'good',
  rejected: 'bad',
  expired: 'bad',
  superseded: 'plain',
};

export function printApprovals(output: Output, approvals: readonly Approval[], now: Date): void {
  output.printTable(
    [
      { title: 'APPROVAL' },
      { title: 'STATUS' },
      { title: 'RISK', optional: true },
      { title: 'VOTES', optional: true },
      { title: 'ENDS', optional: true },
      { title: 'STEP', cutTo: 12 },
    ],
    approvals.map((approval) => [
      approval.id,
      stateCell(output, TONES[approval.status], approval.status),
      approval.effect.risk ?? '',
      `${countYes(approval)}/${approval.needed}`,
      formatWhen(approval.expiresAt, now),
      approval.effect.title,
    ]),
  );
}

/** Everything the vote is about, word for word: nothing else will be done. */
export function printApproval(output: Output, approval: Approval, now: Date): void {
  const { effect } = approval;
  output.print(`${output.mark(TONES[approval.status])} ${output.bold(cleanLine(effect.title))}`);
  output.printFacts(
    [
      ['Would', `${effect.risk ?? 'ask'} by ${effect.kind}${effect.target ? ` on ${effect.target}` : ''}`],
      [
        'Inputs',
        Object.entries(effect.inputs)
          .map(([name, value]) => `${name}=${value}`)
          .join('\n') || null,
      ],
    ],
    2,
  );
  output.print('');
  for (const line of cleanText(effect.body).trimEnd().split('\n')) output.print(`    ${line}`.trimEnd());
  output.print('');
  output.printFacts(
    [
      ['Status', `${approval.status}, ${countYes(approval)} of ${approval.needed} needed`],
      [
        'Votes',
        approval.votes
          .map(
            (vote) =>
              `${vote.by}: ${vote.decision}${vote.reason ? `, ${vote.reason}` : ''} (${formatWhen(vote.at, now)})`,
          )
          .join('\n') || null,
      ],
      ['Asked', `${formatWhen(approval.requestedAt, now)}; ends ${formatWhen(approval.expiresAt, now)}`],
      ['For', `${approval.runbook}#${approval.procedure}, started by ${approval.startedBy}\n${approval.runId}`],
      ['Incident', approval.incidentId],
      ['Effect', `sha256 ${approval.effectSha256}`],
    ],
    2,
  );
}

function countYes(approval: Approval): number {
  return approval.votes.filter((vote) => vote.decision === 'approve').length;
}
