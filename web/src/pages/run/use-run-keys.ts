import { useEffect } from 'react';
import { isTyping } from '../../components/use-list-keys.ts';

/**
 * Keys of a run's page: `j` and `k` walk through its steps, `o` folds the output of the step that has the focus, `a` goes
 * to what is to be decided.
 */
export function useRunKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      const handled =
        event.key === 'j'
          ? walk(1)
          : event.key === 'k'
            ? walk(-1)
            : event.key === 'o'
              ? fold()
              : event.key === 'a' && decide();
      if (handled) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** Steps that can be seen: those of a folded item are not. */
const steps = () =>
  [...document.querySelectorAll<HTMLElement>('main [data-step]')].filter((step) => step.checkVisibility());
const focused = () => document.activeElement?.closest<HTMLElement>('[data-step]') ?? null;

function walk(by: 1 | -1): boolean {
  const all = steps();
  const at = focused();
  const next = at === null ? 0 : Math.min(Math.max(all.indexOf(at) + by, 0), all.length - 1);
  all[next]?.focus({ preventScroll: true });
  all[next]?.scrollIntoView({ block: 'nearest' });
  return all.length > 0;
}

function fold(): boolean {
  const output = focused()?.querySelector<HTMLDetailsElement>('details[data-output]');
  if (output) output.open = !output.open;
  return output !== null && output !== undefined;
}

function decide(): boolean {
  const bar = document.querySelector('main [data-decision]');
  const first = bar?.querySelector<HTMLElement>(
    '[data-decide]:not(:disabled), input:not(:disabled), button:not(:disabled), a[href]',
  );
  first?.focus();
  return first !== null && first !== undefined;
}
