import { joinClasses } from '../../components/join-classes.ts';
import { formatSpan } from '../../lib/format-time.ts';
import { serverNowMs } from '../../lib/server-clock.ts';
import { useSession } from '../../lib/use-session.ts';
import { formatMoment, formatZoneDay } from '../../lib/zone-time.ts';
import { type Bar, DAYS_IN_ROW, placeIn, type Slot, type WeekRow } from './lay-out-shifts.ts';

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

/** The weeks of a schedule, one row each. The table beside it says the same and is what phones and screen readers get. */
export function ShiftCalendar({ name, rows, zone }: { name: string; rows: readonly WeekRow[]; zone: string }) {
  const { session } = useSession();
  const nowMs = serverNowMs();
  return (
    <figure aria-label={`Shifts of ${name} by week; the table below says the same`} className="max-sm:hidden">
      <div aria-hidden="true" className="border border-line">
        {rows.map((row) => (
          <div key={row.days[0]?.startMs} className="border-line [&+&]:border-t">
            <div className="flex bg-sunken text-small text-quiet">
              {row.days.map((day) => (
                <span
                  key={day.startMs}
                  className={joinClasses(
                    'border-line px-2 py-1 [&+&]:border-l',
                    day.startMs <= nowMs && nowMs < day.endMs && 'font-semibold text-ink',
                  )}
                  style={{ width: percent(1 / DAYS_IN_ROW) }}
                >
                  {formatZoneDay(day.startMs, zone)}
                </span>
              ))}
            </div>
            <div className="relative h-12 overflow-hidden">
              {row.bars.map((bar) => (
                <BarBox key={bar.startMs} bar={bar} zone={zone} mine={bar.shift?.user === session.name} />
              ))}
              <NowLine row={row} nowMs={nowMs} />
            </div>
          </div>
        ))}
      </div>
    </figure>
  );
}

function BarBox({ bar, zone, mine }: { bar: Bar; zone: string; mine: boolean }) {
  return (
    <div
      className="absolute top-1 bottom-1 px-px"
      style={{ left: percent(bar.from), width: percent(bar.to - bar.from) }}
    >
      <div
        title={slotWords(bar, zone)}
        className={joinClasses(
          'h-full overflow-hidden rounded-sm border px-1.5 text-small whitespace-nowrap',
          bar.shift === null
            ? 'border-bad bg-bad-soft font-semibold text-bad'
            : mine
              ? 'border-accent bg-accent-soft text-ink'
              : 'border-line-strong bg-raised text-ink',
          bar.shift?.overrideId ? 'border-dashed' : '',
        )}
      >
        <span className="block truncate font-semibold">{bar.shift?.user ?? 'nobody'}</span>
        <span className="block truncate text-quiet">{bar.shift ? sourceWords(bar.shift) : ''}</span>
      </div>
    </div>
  );
}

function NowLine({ row, nowMs }: { row: WeekRow; nowMs: number }) {
  const startMs = row.days[0]?.startMs ?? 0;
  const endMs = row.days.at(-1)?.endMs ?? 0;
  if (nowMs < startMs || nowMs >= endMs) return null;
  return <div className="absolute inset-y-0 w-0.5 bg-accent" style={{ left: percent(placeIn(row.days, nowMs)) }} />;
}

/** Where a shift comes from: its layer, or for whom somebody stands in. */
export function sourceWords(shift: NonNullable<Slot['shift']>): string {
  if (shift.overrideId === null) return shift.layer ?? '';
  return shift.insteadOf === null ? 'stands in' : `for ${shift.insteadOf}`;
}

function slotWords(slot: Slot, zone: string): string {
  const who = slot.shift ? `${slot.shift.user}, ${sourceWords(slot.shift)}` : 'Nobody is on call';
  return `${who}: ${formatMoment(slot.startMs, zone)} to ${formatMoment(slot.endMs, zone)}, ${formatSpan(slot.endMs - slot.startMs)}`;
}
