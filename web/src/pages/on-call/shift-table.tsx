import { joinClasses } from '../../components/join-classes.ts';
import { formatSpan } from '../../lib/format-time.ts';
import { plural } from '../../lib/plural.ts';
import { serverNowMs } from '../../lib/server-clock.ts';
import { useSession } from '../../lib/use-session.ts';
import type { Slot } from './lay-out-shifts.ts';
import { sourceWords } from './shift-calendar.tsx';
import { ZoneMoment } from './zone-moment.tsx';

/** On a phone so many are read; the others unfold. */
const SHOWN_AT_ONCE = 4;

/** The shifts as a table: on phones instead of the calendar, elsewhere behind it. */
export function ShiftTable({
  name,
  slots,
  zone,
  open,
  onOpen,
}: {
  name: string;
  slots: readonly Slot[];
  zone: string;
  /** Kept by the schedule: another zone or length fetches anew, and what was unfolded stays so. */
  open: boolean;
  onOpen: (open: boolean) => void;
}) {
  const toCome = slots.filter((slot) => slot.endMs > serverNowMs());
  const rest = toCome.slice(SHOWN_AT_ONCE);
  return (
    <>
      <div className="sm:hidden">
        <Rows name={name} slots={toCome.slice(0, SHOWN_AT_ONCE)} zone={zone} />
        {rest.length > 0 ? (
          <details>
            <summary className="w-fit py-2 text-quiet">{plural(rest.length, 'later shift')}</summary>
            <Rows name={`later ones of ${name}`} slots={rest} zone={zone} />
          </details>
        ) : null}
      </div>
      <details className="mt-1 max-sm:hidden" open={open} onToggle={(event) => onOpen(event.currentTarget.open)}>
        <summary className="w-fit text-quiet hover:text-ink">As a table</summary>
        <Rows name={name} slots={toCome} zone={zone} />
      </details>
    </>
  );
}

function Rows({ name, slots, zone }: { name: string; slots: readonly Slot[]; zone: string }) {
  const { session } = useSession();
  return (
    <table className="w-full border-collapse text-left">
      <caption className="sr-only">Shifts of {name}</caption>
      <thead className="max-sm:sr-only">
        <tr className="text-quiet">
          {['Who', 'From', 'To', 'For', 'By'].map((title) => (
            <th key={title} scope="col" className="h-9 border-b border-line pr-4 font-normal">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {slots.map((slot) => (
          <tr
            key={slot.startMs}
            className="border-b border-line max-sm:grid max-sm:grid-cols-2 max-sm:gap-x-4 max-sm:py-2"
          >
            <td className="h-9 pr-4 font-semibold break-anywhere max-sm:h-auto">
              <span className={joinClasses(slot.shift === null && 'text-bad')}>
                {slot.shift?.user ?? 'Nobody'}
                {slot.shift?.user === session.name ? ' (you)' : ''}
              </span>
            </td>
            <td className="pr-4 whitespace-nowrap max-sm:order-2">
              <ZoneMoment at={new Date(slot.startMs).toISOString()} zone={zone} />
            </td>
            <td className="pr-4 whitespace-nowrap max-sm:order-3">
              <span className="text-quiet sm:hidden">to </span>
              <ZoneMoment at={new Date(slot.endMs).toISOString()} zone={zone} />
            </td>
            <td className="pr-4 whitespace-nowrap text-quiet max-sm:hidden">{formatSpan(slot.endMs - slot.startMs)}</td>
            <td className="text-quiet break-anywhere">
              {slot.shift ? sourceWords(slot.shift) : 'a hole in the schedule'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
