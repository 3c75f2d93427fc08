import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo, useState } from 'react';
import type { ScheduleSpec } from '../../../../src/contract/oncall.ts';
import { type Definition, shiftsQuery } from '../../api/on-call-queries.ts';
import { Button, buttonClasses } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useSession } from '../../lib/use-session.ts';
import { useTicking } from '../../lib/use-ticking.ts';
import { daysFrom, toWallText } from '../../lib/zone-time.ts';
import { AddOverride } from './add-override.tsx';
import { DAYS_IN_ROW, fillHoles, layOutRows } from './lay-out-shifts.ts';
import { scheduleAnchor } from './on-call-now-list.tsx';
import { OverrideList } from './override-list.tsx';
import { ShiftCalendar } from './shift-calendar.tsx';
import { ShiftTable } from './shift-table.tsx';

/** One schedule: its next weeks and who stands in. */
export function ScheduleSection({
  schedule,
  zone,
  weeks,
}: {
  schedule: Definition<ScheduleSpec>;
  zone: string;
  weeks: number;
}): ReactNode {
  const { may } = useSession();
  const [adding, setAdding] = useState(false);
  const [table, setTable] = useState(false);
  const today = useTicking((nowMs) => toWallText(nowMs, zone).slice(0, 10));
  const days = useMemo(
    () => daysFrom(Date.parse(`${today}T12:00:00Z`), zone, weeks * DAYS_IN_ROW),
    [today, zone, weeks],
  );
  const query = useQuery(
    shiftsQuery(schedule.name, {
      from: new Date(days[0]?.startMs ?? 0).toISOString(),
      to: new Date(days.at(-1)?.endMs ?? 0).toISOString(),
    }),
  );
  const slots = query.data ? fillHoles(query.data, days) : null;
  const id = scheduleAnchor(schedule.name);
  return (
    <section aria-labelledby={id} className="mt-4 border-t border-line pt-3 pb-2">
      <div className="mb-2 flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 id={id} className="text-lead break-anywhere">
            {schedule.name}
          </h2>
          <p className="text-quiet break-anywhere">
            {schedule.spec.description ? `${schedule.spec.description} · ` : ''}Times in {zone}
            {zone === schedule.spec.timezone ? '' : `; the schedule keeps ${schedule.spec.timezone}`}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          {may('operator') ? <Button onClick={() => setAdding(true)}>Add override to {schedule.name}…</Button> : null}
          <Link to="/on-call/schedules/$name" params={{ name: schedule.name }} className={buttonClasses()}>
            {may('admin') ? 'Edit' : 'Open'} {schedule.name}
          </Link>
        </div>
      </div>
      {query.error ? <ErrorPanel error={query.error} onRetry={() => void query.refetch()} /> : null}
      {slots ? (
        <>
          <ShiftCalendar name={schedule.name} rows={layOutRows(slots, days)} zone={zone} />
          <ShiftTable name={schedule.name} slots={slots} zone={zone} open={table} onOpen={setTable} />
        </>
      ) : query.error ? null : (
        <SkeletonRows rows={weeks} what="the shifts" />
      )}
      <OverrideList schedule={schedule.name} zone={zone} />
      {adding ? (
        <AddOverride schedule={schedule} zone={zone} shifts={query.data ?? []} onClose={() => setAdding(false)} />
      ) : null}
    </section>
  );
}
