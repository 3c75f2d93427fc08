import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Probe } from '../../../../src/contract/probe.ts';
import { probeQuery, samplesQuery } from '../../api/queries.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { FactStrip } from '../../components/fact-strip.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { StateIcon, StateMark } from '../../components/state-mark.tsx';
import { Age, ClockTime, Time } from '../../components/time.tsx';
import { formatDuration } from '../../lib/format-time.ts';
import { plural } from '../../lib/plural.ts';
import { useSession } from '../../lib/use-session.ts';
import { PROBE_STATES } from '../../lib/words.ts';
import { SampleStrip } from './sample-strip.tsx';

const SHOWN_SAMPLES = 50;

/** One probe: its state, and its latest answers. */
export function ProbePage(): ReactNode {
  const { name } = useParams({ from: '/app/probes/$name' });
  const { may } = useSession();
  const query = useQuery(probeQuery(name));
  const samples = useQuery(samplesQuery(name));
  const check = useCommand({
    run: () => sendJson<Probe>('POST', `/api/v1/probes/${encodeURIComponent(name)}/check`),
    touches: [['probes']],
  });
  const probe = query.data;
  const above = (
    <Link to="/probes" className="hover:underline">
      Probes
    </Link>
  );
  if (!probe) {
    return (
      <>
        <PageHeader title={name} above={above} />
        {query.error ? (
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <SkeletonRows rows={6} what="the probe" />
        )}
      </>
    );
  }
  return (
    <>
      <PageHeader
        title={probe.name}
        above={above}
        state={<StateMark state={PROBE_STATES[probe.state]} soft />}
        actions={
          may('operator') ? (
            <Button pending={check.isPending && 'Asking it…'} onClick={() => check.mutate(undefined)}>
              Check now
            </Button>
          ) : null
        }
      />
      {check.error ? <ErrorPanel error={check.error} /> : null}
      <FactStrip
        facts={[
          { label: 'Last answer', value: probe.lastReason ?? 'none yet' },
          {
            label: 'Checked',
            value: probe.lastCheckedAt ? <Time at={probe.lastCheckedAt} /> : 'never',
          },
          probe.since ? { label: `${PROBE_STATES[probe.state].word} for`, value: <Age since={probe.since} /> } : null,
          { label: 'Asked', value: `${probe.kind}, every ${formatDuration(probe.intervalMs)}` },
          {
            label: 'Its finding',
            value: (
              <>
                <SeverityMark rank={probe.severity} /> “{probe.title}”, after {plural(probe.failuresToOpen, 'failure')},
                fixed after {plural(probe.successesToClose, 'success', 'successes')}
              </>
            ),
          },
        ]}
      />
      {samples.error ? <ErrorPanel error={samples.error} /> : null}
      {samples.data && samples.data.items.length > 0 ? (
        <>
          <SampleStrip samples={samples.data.items} timeoutMs={probe.timeoutMs} />
          <h2 className="mt-5 mb-1 text-lead">Latest answers</h2>
          <table className="w-full border-collapse text-left">
            <caption className="sr-only">Latest answers of {probe.name}</caption>
            <thead>
              <tr className="text-quiet">
                <th scope="col" className="h-9 border-b border-line pr-4 font-normal">
                  At
                </th>
                <th scope="col" className="border-b border-line pr-4 font-normal">
                  Answer
                </th>
                <th scope="col" className="border-b border-line text-right font-normal">
                  Took
                </th>
              </tr>
            </thead>
            <tbody>
              {samples.data.items.slice(0, SHOWN_SAMPLES).map((sample) => (
                <tr key={sample.at} className="border-b border-line">
                  <td className="h-9 w-px pr-4 whitespace-nowrap text-quiet">
                    <ClockTime at={sample.at} />
                  </td>
                  <td className="pr-4">
                    <span className="flex items-center gap-2">
                      <StateIcon state={PROBE_STATES[sample.healthy ? 'healthy' : 'failing']} />
                      <span className="sr-only">{sample.healthy ? 'Healthy:' : 'Failing:'}</span>
                      <span className="min-w-0 break-anywhere">{sample.reason}</span>
                    </span>
                  </td>
                  <td className="w-px text-right whitespace-nowrap">{formatDuration(sample.durationMs)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      ) : null}
    </>
  );
}
