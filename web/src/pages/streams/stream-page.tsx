import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { Stream } from '../../../../src/contract/stream.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { FactStrip } from '../../components/fact-strip.tsx';
import { List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SideSection } from '../../components/side-section.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { ClockTime, Time } from '../../components/time.tsx';
import { plural } from '../../lib/plural.ts';
import { useSession } from '../../lib/use-session.ts';
import { ANOMALY_COLUMNS } from '../anomalies/anomalies-page.tsx';
import { anomalyList, type ScoreRange, scoresQuery, streamQuery } from '../anomalies/anomaly-queries.ts';
import { percent, STREAM_STATES } from '../anomalies/anomaly-words.ts';
import { StreamSettingsDialog } from './stream-settings-dialog.tsx';

/** Points asked for: about one for each place on a wide screen. */
const POINTS = 1_000;

const ScoreChart = lazy(async () => ({ default: (await import('./score-chart.tsx')).ScoreChart }));

/** One stream: its scores over time, its anomalies, its settings and everything that was counted of it. */
export function StreamPage(): ReactNode {
  const { id } = useParams({ from: '/app/streams/$id' });
  const { may } = useSession();
  const [asking, setAsking] = useState<'pause' | 'settings' | null>(null);
  const query = useQuery(streamQuery(id));
  const pause = useCommand({
    run: (body: { reason: string }) => sendJson<Stream>('POST', `/api/v1/streams/${id}/pause`, { body }),
    touches: [['streams']],
  });
  const resume = useCommand({
    run: () => sendJson<Stream>('POST', `/api/v1/streams/${id}/resume`),
    touches: [['streams']],
  });
  const stream = query.data;
  const above = (
    <Link to="/streams" className="hover:underline">
      Streams
    </Link>
  );
  if (!stream) {
    return (
      <>
        <PageHeader title="Stream" above={above} />
        {query.error ? (
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <SkeletonRows rows={6} what="the stream" />
        )}
      </>
    );
  }
  return (
    <>
      <PageHeader
        title={`${stream.service}, ${stream.kind}`}
        above={above}
        state={<StateMark state={STREAM_STATES[stream.state]} soft />}
        actions={
          may('operator') ? (
            <>
              <Button onClick={() => setAsking('settings')}>Change settings…</Button>
              {stream.state === 'paused' ? (
                <Button pending={resume.isPending && 'Resuming…'} onClick={() => resume.mutate(undefined)}>
                  Resume
                </Button>
              ) : (
                <Button onClick={() => setAsking('pause')}>Pause…</Button>
              )}
            </>
          ) : null
        }
      />
      {resume.error ? <ErrorPanel error={resume.error} /> : null}
      {stream.reason ? (
        <p className="mb-4">
          <span className="text-quiet">{STREAM_STATES[stream.state].word}: </span>
          {stream.reason}
        </p>
      ) : null}
      <FactStrip
        facts={[
          stream.state === 'warming'
            ? {
                label: 'Warming up',
                value: `${stream.warming.seen} of ${stream.warming.needed} events before it judges`,
              }
            : null,
          {
            label: 'Events',
            value: `${stream.events.toLocaleString('en')} (${stream.judged.toLocaleString('en')} judged)`,
          },
          {
            label: 'Anomalies, last day',
            value: `${stream.lastDay.anomalies} of ${stream.lastDay.events.toLocaleString('en')}`,
          },
          { label: 'Alarm at', value: `p ≤ ${stream.settings.alpha} (${stream.settings.profile})` },
          { label: 'Last event', value: <Time at={stream.lastAt} /> },
        ]}
      />
      <Scores stream={stream} />
      <div className="grid grid-cols-1 gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_320px]">
        <StreamAnomalies id={id} />
        <aside>
          <SideSection title="What people said, last day">
            <p>
              {stream.lastDay.confirmed} confirmed, {stream.lastDay.normal} called normal
              {stream.lastDay.events > 0
                ? `: ${percent(stream.lastDay.normal / stream.lastDay.events)} of events were false alarms`
                : ''}
              .
            </p>
          </SideSection>
          <SideSection title="Counted">
            <Counts stream={stream} />
          </SideSection>
        </aside>
      </div>
      {asking === 'pause' ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => open || setAsking(null)}
          title={`Pause ${stream.service}, ${stream.kind}`}
          action="Pause the stream"
          pending="Pausing…"
          reason="required"
          onConfirm={({ reason }) => pause.mutateAsync({ reason })}
        >
          <p>What is sent meanwhile is refused to its sender and counted. The model stays as it is.</p>
        </ConfirmDialog>
      ) : null}
      {asking === 'settings' ? <StreamSettingsDialog stream={stream} onClose={() => setAsking(null)} /> : null}
    </>
  );
}

function Scores({ stream }: { stream: Stream }) {
  const search = useSearch({ from: '/app/streams/$id' });
  const navigate = useNavigate({ from: '/streams/$id' });
  const range: ScoreRange = search.from && search.to ? { from: search.from, to: search.to } : null;
  const query = useQuery({ ...scoresQuery(stream.id, range, POINTS), placeholderData: keepPreviousData });
  const scores = query.data;
  if (query.error) return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />;
  if (!scores) return <SkeletonRows rows={6} what="the scores" />;
  if (scores.points.length === 0) {
    return <EmptyState why={range ? 'Nothing was judged in this time.' : 'No score is kept yet.'} />;
  }
  return (
    <section aria-labelledby="scores" className="mb-6">
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h2 id="scores" className="text-lead">
          How strange its events were
        </h2>
        {range ? (
          <Button look="quiet" onClick={() => void navigate({ search: {} })}>
            Show all of it
          </Button>
        ) : null}
      </div>
      <Suspense fallback={<SkeletonRows rows={6} what="the chart" />}>
        <ScoreChart scores={scores} onRange={(chosen) => void navigate({ search: chosen })} />
      </Suspense>
      <p className="text-small text-quiet">
        {plural(scores.events, 'event')} from <ClockTime at={scores.from} /> to <ClockTime at={scores.to} />. Drag over
        a stretch to look closer.
      </p>
      <details className="mt-2">
        <summary className="text-quiet">The same as a table</summary>
        <table className="mt-2 w-full border-collapse text-left">
          <caption className="sr-only">Stretches of time with anomalies</caption>
          <thead>
            <tr className="text-quiet">
              <th scope="col" className="h-9 border-b border-line font-normal">
                From
              </th>
              <th scope="col" className="border-b border-line text-right font-normal">
                Events
              </th>
              <th scope="col" className="border-b border-line text-right font-normal">
                Strangest
              </th>
              <th scope="col" className="border-b border-line text-right font-normal">
                Anomalies
              </th>
            </tr>
          </thead>
          <tbody>
            {scores.points
              .filter((point) => point.anomalies > 0)
              .map((point) => (
                <tr key={point.at} className="border-b border-line">
                  <td className="h-9">
                    <ClockTime at={point.at} />
                  </td>
                  <td className="text-right">{point.events}</td>
                  <td className="text-right">{point.score}</td>
                  <td className="text-right">{point.anomalies}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

function StreamAnomalies({ id }: { id: string }) {
  const query = useInfiniteQuery(anomalyList({ stream: id }));
  return (
    <section aria-labelledby="anomalies" className="min-w-0">
      <h2 id="anomalies" className="mb-1 text-lead">
        Anomalies
      </h2>
      <List
        query={query}
        columns={ANOMALY_COLUMNS.filter((column) => column.title !== 'Stream')}
        keyOf={(anomaly) => anomaly.id}
        caption="anomalies"
        empty={<EmptyState why="Nothing was unlike this stream’s past." />}
      />
    </section>
  );
}

/** Everything that was not judged as it came: nothing is left out that is not here. */
function Counts({ stream }: { stream: Stream }) {
  const { counted } = stream;
  const rows: [string, number][] = [
    ['Duplicates', counted.duplicates],
    ['Sampled out', counted.sampledOut],
    ['Refused while paused', counted.refusedWhilePaused],
    ['Values blanked', counted.redactedValues],
    ['Series evicted', counted.evictedSeries],
  ];
  return (
    <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1">
      {rows.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-quiet">{label}</dt>
          <dd className="text-right">{value.toLocaleString('en')}</dd>
        </div>
      ))}
      <dt className="text-quiet">Memory</dt>
      <dd className="text-right">{(stream.memoryBytes / 1e6).toFixed(2)} MB</dd>
    </dl>
  );
}
