import { joinClasses } from '../../components/join-classes.ts';
import type { Tone } from '../../lib/words.ts';
import { countItems, countWords } from './count-items.ts';
import type { ItemView } from './step-view.ts';

const FILLS: Partial<Record<Tone, string>> = { good: 'bg-good', bad: 'bg-bad', doubt: 'bg-doubt', active: 'bg-accent' };

/** How far a foreach has come, in words first: `3 of 12 done, 1 failed, 2 running`. */
export function Progress({ items }: { items: readonly ItemView[] }) {
  const { parts } = countItems(items);
  return (
    <div>
      <p className="font-semibold">{countWords(items)}</p>
      <div aria-hidden="true" className="mt-1 flex h-1.5 max-w-96 gap-px rounded-sm bg-hover">
        {parts.map((part) =>
          part.count > 0 && FILLS[part.tone] ? (
            <span
              key={part.word}
              className={joinClasses('h-full rounded-sm', FILLS[part.tone])}
              style={{ width: `${(100 * part.count) / items.length}%` }}
            />
          ) : null,
        )}
      </div>
    </div>
  );
}
