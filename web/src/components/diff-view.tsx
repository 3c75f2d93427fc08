import { diffLines } from '../lib/diff-lines.ts';
import { joinClasses } from './join-classes.ts';

const SIGNS = { same: ' ', removed: '−', added: '+' };
const SAID = { same: '', removed: 'removed: ', added: 'added: ' };
const LOOKS = { same: 'text-quiet', removed: 'bg-bad-soft', added: 'bg-good-soft' };

/** Two texts line by line; a sign says what became of each, the colour only repeats it. */
export function DiffView({ before, after, label }: { before: string[]; after: string[]; label: string }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a named region, so that screen readers can find what scrolls
    <div
      role="region"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="code-face my-1 overflow-x-auto rounded-md border border-line bg-page py-1"
    >
      <div className="w-max min-w-full">
        {diffLines(before, after).map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of one comparison
          <div key={index} className={joinClasses('px-2 whitespace-pre text-ink', LOOKS[line.kind])}>
            <span aria-hidden="true" className="mr-2 inline-block w-2 select-none">
              {SIGNS[line.kind]}
            </span>
            <span className="sr-only">{SAID[line.kind]}</span>
            {line.text}
          </div>
        ))}
      </div>
    </div>
  );
}
