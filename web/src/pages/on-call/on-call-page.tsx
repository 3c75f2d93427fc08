import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { TestPageResult } from '../../../../src/contract/contacts.ts';
import { onCallNowQuery, schedulesQuery } from '../../api/on-call-queries.ts';
import { Button, buttonClasses } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Facets } from '../../components/facets.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useListKeys } from '../../components/use-list-keys.ts';
import { useSession } from '../../lib/use-session.ts';
import { viewerZone } from '../../lib/zone-time.ts';
import { NEW } from './editing/definition-editor.tsx';
import { OnCallNowList } from './on-call-now-list.tsx';
import { OnCallProblems } from './on-call-problems.tsx';
import { Policies } from './policies.tsx';
import { ScheduleSection } from './schedule-section.tsx';
import { Teams } from './teams.tsx';
import { TestPageDialog, TestPageOutcome } from './test-page.tsx';

const VIEWS = [
  { value: 'schedules', label: 'Schedules' },
  { value: 'teams', label: 'Teams' },
  { value: 'policies', label: 'Policies' },
] as const;

/** Who is on call, who will be, and who is told when nobody answers. */
export function OnCallPage(): ReactNode {
  const search = useSearch({ from: '/app/on-call' });
  const { may } = useSession();
  const [testing, setTesting] = useState(false);
  const [tested, setTested] = useState<TestPageResult | null>(null);
  const show = search.show ?? 'schedules';
  return (
    <>
      <PageHeader
        title="On-call"
        actions={
          <>
            {may('operator') ? <Button onClick={() => setTesting(true)}>Send a test page…</Button> : null}
            {may('admin') ? <NewDefinition show={show} /> : null}
          </>
        }
      />
      {tested ? <TestPageOutcome result={tested} onHide={() => setTested(null)} /> : null}
      <OnCallProblems />
      <div className="mb-4">
        <Facets
          label="What to show"
          options={VIEWS}
          current={show}
          toSearch={(value) => ({ ...search, show: value === 'schedules' ? undefined : value })}
        />
      </div>
      {show === 'schedules' ? <Schedules /> : show === 'teams' ? <Teams /> : <Policies />}
      {testing ? <TestPageDialog onClose={() => setTesting(false)} onSent={setTested} /> : null}
    </>
  );
}

/** A form for another one of what is shown. */
function NewDefinition({ show }: { show: 'schedules' | 'teams' | 'policies' }) {
  const look = buttonClasses('primary');
  if (show === 'teams')
    return (
      <Link to="/on-call/teams/$name" params={{ name: NEW }} className={look}>
        New team
      </Link>
    );
  return show === 'policies' ? (
    <Link to="/on-call/policies/$name" params={{ name: NEW }} className={look}>
      New policy
    </Link>
  ) : (
    <Link to="/on-call/schedules/$name" params={{ name: NEW }} className={look}>
      New schedule
    </Link>
  );
}

/** Who is on call now, then each schedule with its next weeks. */
function Schedules() {
  useListKeys();
  const search = useSearch({ from: '/app/on-call' });
  const now = useQuery(onCallNowQuery);
  const schedules = useQuery(schedulesQuery);
  const error = now.error ?? schedules.error;
  if (!now.data || !schedules.data) {
    return error ? (
      <ErrorPanel error={error} onRetry={() => void Promise.all([now.refetch(), schedules.refetch()])} />
    ) : (
      <SkeletonRows rows={6} what="the schedules" />
    );
  }
  if (schedules.data.length === 0) {
    return (
      <EmptyState
        why="No schedule is written down: everybody of the configuration is told once when an incident opens. Describe teams, schedules and policies in a file, then apply it:"
        command="npx holdfast oncall apply -f oncall.yaml"
      />
    );
  }
  const mine = viewerZone();
  const weeks = search.weeks ?? 2;
  const ownZone = search.zone === 'schedule';
  return (
    <>
      {error ? <ErrorPanel error={error} /> : null}
      <OnCallNowList
        items={now.data}
        zoneOf={(name) => (ownZone ? (schedules.data.find((each) => each.name === name)?.spec.timezone ?? mine) : mine)}
      />
      <div className="mt-6 mb-2 flex flex-wrap items-center gap-x-6 gap-y-2">
        <Facets
          label="Time zone"
          options={[
            { value: 'mine', label: `Your time (${mine})` },
            { value: 'schedule', label: 'Each schedule’s time' },
          ]}
          current={ownZone ? 'schedule' : 'mine'}
          toSearch={(value) => ({ ...search, zone: value === 'schedule' ? value : undefined })}
        />
        <Facets
          label="Weeks"
          options={[
            { value: '2', label: '2 weeks' },
            { value: '4', label: '4 weeks' },
          ]}
          current={String(weeks)}
          toSearch={(value) => ({ ...search, weeks: value === '4' ? 4 : undefined })}
        />
      </div>
      {schedules.data.map((schedule) => (
        <ScheduleSection
          key={schedule.name}
          schedule={schedule}
          zone={ownZone ? schedule.spec.timezone : mine}
          weeks={weeks}
        />
      ))}
    </>
  );
}
