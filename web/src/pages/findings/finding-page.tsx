import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { Finding } from '../../../../src/contract/finding.ts';
import { findingQuery } from '../../api/queries.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { FactStrip } from '../../components/fact-strip.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { ClockTime, Time } from '../../components/time.tsx';
import { plural } from '../../lib/plural.ts';
import { useSession } from '../../lib/use-session.ts';
import { FINDING_KINDS, FINDING_STATES } from '../../lib/words.ts';

type Verb = 'open' | 'muted' | 'accepted';

const VERBS: Record<Verb, { button: string; effect: string }> = {
  muted: {
    button: 'Mute finding',
    effect: 'It is still watched, but opens no incident and pages nobody until it is reopened or fixed.',
  },
  accepted: {
    button: 'Accept finding',
    effect: 'It is taken as it is: it stays on record as accepted and opens no incident.',
  },
  open: { button: 'Reopen finding', effect: 'It counts again as something to be put right.' },
};

/** One finding: what strayed, since when, what was seen. */
export function FindingPage(): ReactNode {
  const { id } = useParams({ from: '/app/findings/$id' });
  const { may } = useSession();
  const [verb, setVerb] = useState<Verb | null>(null);
  const query = useQuery(findingQuery(id));
  const change = useCommand({
    run: (body: { status: Verb; reason: string }) =>
      sendJson<Finding>('POST', `/api/v1/findings/${id}/status`, { body }),
    touches: [['findings'], ['incidents']],
  });
  const finding = query.data;
  if (!finding) {
    return (
      <>
        <PageHeader title="Finding" above={<Link to="/findings">Findings</Link>} />
        {query.error ? (
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <SkeletonRows rows={6} what="the finding" />
        )}
      </>
    );
  }
  const possible: Verb[] =
    finding.status === 'fixed' ? [] : finding.status === 'open' ? ['muted', 'accepted'] : ['open'];
  return (
    <>
      <PageHeader
        title={finding.title}
        above={
          <>
            <Link to="/findings" className="hover:underline">
              Findings
            </Link>
            <SeverityMark rank={finding.severity} />
          </>
        }
        state={<StateMark state={FINDING_STATES[finding.status]} soft />}
        actions={
          may('operator')
            ? possible.map((each) => (
                <Button key={each} onClick={() => setVerb(each)}>
                  {VERBS[each].button}…
                </Button>
              ))
            : null
        }
      />
      <FactStrip
        facts={[
          { label: 'Kind', value: FINDING_KINDS[finding.kind] },
          { label: 'Opened', value: <Time at={finding.openedAt} /> },
          { label: 'Last seen', value: <Time at={finding.lastSeenAt} /> },
          finding.fixedAt ? { label: 'Fixed', value: <Time at={finding.fixedAt} /> } : null,
          { label: 'Seen', value: plural(finding.occurrences, 'time') },
          {
            label: 'Incident',
            value: finding.incidentId ? (
              <Link to="/incidents/$id" params={{ id: finding.incidentId }} className="link">
                Open its incident
              </Link>
            ) : (
              'none'
            ),
          },
        ]}
      />
      {finding.reason ? (
        <p className="mb-4">
          <span className="text-quiet">Reason given: </span>
          {finding.reason}
        </p>
      ) : null}
      <div className="grid grid-cols-1 gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_320px]">
        <section aria-labelledby="evidence">
          <h2 id="evidence" className="mb-2 text-lead">
            Evidence
          </h2>
          <ol>
            {finding.evidence.map((evidence) => (
              <li key={`${evidence.at} ${evidence.text}`} className="flex gap-4 border-b border-line py-2">
                <span className="w-24 shrink-0 text-quiet">
                  <ClockTime at={evidence.at} className="block" />
                  <Time at={evidence.at} className="block text-small" />
                </span>
                <div className="min-w-0 break-anywhere">
                  {evidence.text}
                  {evidence.value === undefined ? null : (
                    <pre className="code-face mt-1 whitespace-pre-wrap text-quiet">
                      {JSON.stringify(evidence.value, null, 2)}
                    </pre>
                  )}
                </div>
              </li>
            ))}
          </ol>
        </section>
        <section aria-labelledby="labels">
          <h2 id="labels" className="mb-2 text-lead">
            Labels
          </h2>
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
            {Object.entries({ ...finding.labels, fingerprint: finding.fingerprint }).map(([name, value]) => (
              <div key={name} className="contents">
                <dt className="text-quiet">{name}</dt>
                <dd className="code-face break-anywhere">
                  {name === 'probe' ? (
                    <Link to="/probes/$name" params={{ name: value }} className="link">
                      {value}
                    </Link>
                  ) : (
                    value
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
      {verb ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => open || setVerb(null)}
          title={`${VERBS[verb].button}: ${finding.title}`}
          action={VERBS[verb].button}
          pending="Saving…"
          reason="required"
          onConfirm={({ reason }) => change.mutateAsync({ status: verb, reason })}
        >
          <p>{VERBS[verb].effect}</p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
