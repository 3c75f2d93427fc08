import { Link } from '@tanstack/react-router';
import type { Finding } from '../../../../src/contract/finding.ts';
import type { Approval, RunSummary } from '../../../../src/contract/run.ts';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Age, Countdown } from '../../components/time.tsx';
import { FINDING_KINDS, RUN_STATES, WAITING_WORDS } from '../../lib/words.ts';

const ITEM = 'border-b border-line py-2.5 last:border-b-0';
const TITLE = 'font-semibold break-anywhere hover:underline';

export function ApprovalItem({ approval }: { approval: Approval }) {
  const { effect } = approval;
  return (
    <li className={ITEM}>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-semibold text-ask">Approve</span>
        {effect.risk ? <RiskBadge risk={effect.risk} /> : null}
        <span className="ml-auto text-quiet">
          <Age since={approval.requestedAt} />
        </span>
      </div>
      <Link data-row to="/runs/$id" params={{ id: approval.runId }} className={TITLE}>
        {effect.title}
      </Link>
      <p className="text-quiet break-anywhere">
        {effect.target ? `on ${effect.target} · ` : ''}
        {approval.needed > 1 ? `${countApprovals(approval)} of ${approval.needed} approvals · ` : ''}expires in{' '}
        <Countdown until={approval.expiresAt} past="no time: expired" />
      </p>
    </li>
  );
}

const countApprovals = (approval: Approval) => approval.votes.filter((vote) => vote.decision === 'approve').length;

export function RunItem({ run }: { run: RunSummary }) {
  const asks = run.status === 'waiting' && run.waitingFor ? WAITING_WORDS[run.waitingFor] : null;
  return (
    <li className={ITEM}>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <StateMark state={asks ? { ...RUN_STATES.waiting, word: asks } : RUN_STATES[run.status]} />
        <span className="ml-auto text-quiet">
          <Age since={run.startedAt ?? run.createdAt} />
        </span>
      </div>
      <Link data-row to="/runs/$id" params={{ id: run.id }} className={TITLE}>
        {run.title}
      </Link>
      {run.reason ? <p className="text-quiet break-anywhere">{run.reason}</p> : null}
    </li>
  );
}

export function FindingItem({ finding }: { finding: Finding }) {
  return (
    <li className={ITEM}>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <SeverityMark rank={finding.severity} />
        <span className="text-quiet">{FINDING_KINDS[finding.kind]}, no open incident</span>
        <span className="ml-auto text-quiet">
          <Age since={finding.openedAt} />
        </span>
      </div>
      <Link data-row to="/findings/$id" params={{ id: finding.id }} className={TITLE}>
        {finding.title}
      </Link>
    </li>
  );
}
