import type { StepAction } from '../../../../src/contract/runbook.ts';
import { joinClasses } from '../../components/join-classes.ts';
import { StateIcon } from '../../components/state-mark.tsx';
import { ClockTime } from '../../components/time.tsx';
import { formatDuration } from '../../lib/format-time.ts';
import { plural } from '../../lib/plural.ts';
import { type GateLook, heldInARow } from './gate-looks.ts';

/** Only the newest are drawn: a gate of an hour looks hundreds of times. */
const SHOWN_LOOKS = 60;
const SHOWN_LINES = 5;
const HOLDS = { word: 'holds', tone: 'good', shape: 'tick' } as const;
const BREAKS = { word: 'does not hold', tone: 'bad', shape: 'cross' } as const;

/** The looks of a metric gate: a mark for each, the newest in words. */
export function GateView({
  gate,
  looks,
}: {
  gate: Extract<StepAction, { kind: 'metric-gate' }>;
  looks: readonly GateLook[];
}) {
  const held = heldInARow(looks);
  const broken = looks.findLast((look) => !look.holds);
  return (
    <div className="mt-1">
      <p>
        Holds for {plural(held, 'look')} in a row; must hold for {formatDuration(gate.forMs)}, asked every{' '}
        {formatDuration(gate.everyMs)}, within {formatDuration(gate.withinMs)}.
      </p>
      <div
        role="img"
        aria-label={`${looks.filter((look) => look.holds).length} of ${plural(looks.length, 'look')} held`}
        className="my-1.5 flex flex-wrap items-end gap-0.5"
      >
        {looks.slice(-SHOWN_LOOKS).map((look) => (
          <span
            key={look.at}
            title={`${look.at} ${look.holds ? 'holds' : 'does not hold'}: ${look.said}`}
            className={joinClasses('w-1.5 rounded-sm', look.holds ? 'h-4 bg-good' : 'h-2 bg-bad')}
          />
        ))}
      </div>
      {broken ? (
        <p className="text-quiet break-anywhere">
          Last broken at <ClockTime at={broken.at} />: {broken.said}
        </p>
      ) : null}
      <ol className="text-small">
        {looks
          .slice(-SHOWN_LINES)
          .toReversed()
          .map((look) => (
            <li key={look.at} className="flex items-start gap-2 py-0.5">
              <StateIcon state={look.holds ? HOLDS : BREAKS} size={14} />
              <ClockTime at={look.at} className="text-quiet" />
              <span className="code-face min-w-0 break-anywhere">
                {look.holds ? '' : 'does not hold: '}
                {look.said}
              </span>
            </li>
          ))}
      </ol>
    </div>
  );
}
