import { useState } from 'react';
import type { Approval, Run } from '../../../../src/contract/run.ts';
import { ApiError, sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { CodeView } from '../../components/code-view.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { Countdown } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { useSession } from '../../lib/use-session.ts';
import { InputValues } from './input-values.tsx';
import { RunControls } from './run-controls.tsx';
import { stepAnchor } from './step-view.ts';
import { ruleVote } from './vote-ruling.ts';

/** The foot bar while a step waits for approval: what exactly, who may, until when. */
export function ApprovalDecision({ run, approval }: { run: Run; approval: Approval }) {
  const { session } = useSession();
  const [open, setOpen] = useState<'approve' | 'reject' | null>(null);
  const [asked, setAsked] = useState(false);
  const { effect } = approval;
  const ruling = ruleVote(approval, session);
  const vote = useCommand({
    run: ({ decision, ...body }: { decision: 'approve' | 'reject'; reason?: string; confirm?: string }) =>
      sendJson<Approval>('POST', `/api/v1/approvals/${approval.id}/${decision}`, { body }),
    touches: [['runs'], ['approvals'], ['incidents']],
  });
  const given = approval.votes.filter((each) => each.decision === 'approve');
  const typed = ruling.kind === 'may' && (ruling.confirm !== null || asked) ? effect.title : null;
  const where = effect.target ? ` on ${effect.target}` : '';

  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-x-2 font-semibold break-anywhere">
          <span>
            Approve: {effect.title}
            {where}
          </span>
          {effect.risk ? <RiskBadge risk={effect.risk} /> : null}
        </p>
        <p className="text-quiet break-anywhere">
          {ruling.kind === 'may'
            ? given.length > 0 || approval.needed > 1
              ? `${given.length} of ${approval.needed} approvals given${given.length > 0 ? ` (${given.map((each) => actorWords(each.by)).join(', ')})` : ''}.`
              : 'You may decide.'
            : ruling.why}{' '}
          Expires in <Countdown until={approval.expiresAt} past="no time: it has expired" />.{' '}
          <a href={`#${stepAnchor(approval.stepId)}`} className="link whitespace-nowrap">
            See the step
          </a>
        </p>
      </div>
      <div className="flex flex-wrap gap-2 max-sm:w-full">
        {ruling.kind === 'may-not' ? (
          <Button onClick={() => setOpen('approve')}>See what exactly</Button>
        ) : (
          <>
            <Button onClick={() => setOpen('reject')}>Reject…</Button>
            <Button
              className="max-sm:flex-1"
              data-decide
              look="primary"
              onClick={() => setOpen('approve')}
              disabled={ruling.kind === 'may-reject-only'}
            >
              Review and approve…
            </Button>
          </>
        )}
        <RunControls run={run} compact />
      </div>
      <ConfirmDialog
        wide
        open={open === 'approve'}
        onOpenChange={(stays) => setOpen(stays ? 'approve' : null)}
        title={`Approve: ${effect.title}${where}`}
        action={`Approve: ${effect.title}`}
        pending="Approving…"
        danger={effect.risk === 'destroy'}
        barred={ruling.kind === 'may' ? null : ruling.why}
        reason="optional"
        typed={typed === null ? null : { text: typed, label: 'You started this run and approve it alone: confirm' }}
        onConfirm={async ({ reason, typed: confirm }) => {
          try {
            await vote.mutateAsync({
              decision: 'approve',
              ...(reason ? { reason } : {}),
              ...(typed === null ? {} : { confirm }),
            });
          } catch (thrown) {
            if (thrown instanceof ApiError && thrown.code === 'approval.second-confirmation') setAsked(true);
            throw thrown;
          }
        }}
      >
        <Effect run={run} approval={approval} />
      </ConfirmDialog>
      <ConfirmDialog
        open={open === 'reject'}
        onOpenChange={(stays) => setOpen(stays ? 'reject' : null)}
        title={`Reject: ${effect.title}`}
        action="Reject, and let the run fail"
        pending="Rejecting…"
        danger
        reason="optional"
        onConfirm={({ reason }) => vote.mutateAsync({ decision: 'reject', ...(reason ? { reason } : {}) })}
      >
        <p>The step does not run, the run ends as failed, and the steps after it are not run. Nothing is undone.</p>
      </ConfirmDialog>
    </div>
  );
}

/** Exactly what is approved: body, target, inputs, and the hash that binds the approval to them. */
function Effect({ run, approval }: { run: Run; approval: Approval }) {
  const { effect } = approval;
  const reason = run.plan.steps.find((step) => step.id === approval.stepId)?.reason;
  return (
    <div>
      <p className="mb-2 flex flex-wrap items-center gap-2">
        {effect.risk ? <RiskBadge risk={effect.risk} reason={reason} /> : null}
        <span>
          {effect.kind}
          {effect.target ? (
            <>
              {' '}
              on <strong>{effect.target}</strong>
            </>
          ) : null}
        </span>
        {reason ? <span className="text-quiet">{reason}</span> : null}
      </p>
      <CodeView text={effect.body} label="What will be run" wrap />
      <InputValues names={Object.keys(effect.inputs)} values={effect.inputs} />
      <p className="mt-2 text-small text-quiet break-anywhere">
        Exactly this is approved: sha256 {approval.effectSha256}. If it changes, it is asked again.
      </p>
    </div>
  );
}
