import { useEffect, useRef } from 'react';

/**
 * Where the keyboard goes on in a list of fields: into the row that was added, to the button that adds one when the last
 * row is removed. Between them the next row takes the place of the removed one, with its focus.
 */
export function useRowFocus() {
  const list = useRef<HTMLFieldSetElement>(null);
  const next = useRef<string | null>(null);
  useEffect(() => {
    if (next.current === null) return;
    list.current?.querySelector<HTMLElement>(next.current)?.focus();
    next.current = null;
  });
  return {
    list,
    focusAdded: () => {
      next.current = '[data-row-fields]:last-of-type [data-first-field]';
    },
    focusAfterRemoval: (index: number, count: number) => {
      if (index === count - 1) next.current = '[data-add-row]';
    },
  };
}
