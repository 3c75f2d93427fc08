import type { OnCallNow } from '../../../../src/contract/oncall.ts';
import { TextWithTimes } from '../../components/text-with-times.tsx';
import { Countdown } from '../../components/time.tsx';
import { useSession } from '../../lib/use-session.ts';
import { ZoneMoment } from './zone-moment.tsx';

/** Who is on call in each schedule at this moment, until when, who then, and why. */
export function OnCallNowList({
  items,
  zoneOf,
}: {
  items: readonly OnCallNow[];
  zoneOf: (schedule: string) => string;
}) {
  const { session } = useSession();
  return (
    <section aria-labelledby="on-call-now">
      <h2 id="on-call-now" className="mb-1 text-lead">
        On call now
      </h2>
      <ul className="border-t border-line">
        {items.map((item) => (
          <li
            key={item.schedule}
            className="grid grid-cols-[minmax(0,12rem)_minmax(0,12rem)_minmax(0,1fr)] items-baseline gap-x-4 gap-y-0.5 border-b border-line py-2 focus-within:bg-hover max-sm:grid-cols-1"
          >
            <a data-row href={`#${scheduleAnchor(item.schedule)}`} className="break-anywhere hover:underline">
              {item.schedule}
            </a>
            <span className="break-anywhere">
              {item.user ? (
                <strong className="text-lead">
                  {item.user}
                  {item.user === session.name ? ' (you)' : ''}
                </strong>
              ) : (
                <strong className="text-lead text-bad">Nobody</strong>
              )}
            </span>
            <div className="min-w-0">
              <p className="break-anywhere">
                {item.until ? (
                  <>
                    until <ZoneMoment at={item.until} zone={zoneOf(item.schedule)} />{' '}
                    <span className="text-quiet">
                      (in <Countdown until={item.until} past="a moment" />)
                    </span>
                    , then {item.next ?? <strong className="text-bad">nobody</strong>}
                  </>
                ) : (
                  <span className="text-quiet">nothing changes in the next 60 days</span>
                )}
              </p>
              <details className="mt-0.5">
                <summary className="w-fit text-quiet hover:text-ink max-sm:py-1.5">Why {item.user ?? 'nobody'}</summary>
                <p className="mt-1 break-anywhere whitespace-pre-wrap">
                  <TextWithTimes text={item.explanation} />
                </p>
              </details>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Where on the page a schedule stands. */
export function scheduleAnchor(name: string): string {
  return `schedule-${name}`;
}
