import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { isTyping } from '../components/use-list-keys.ts';
import { ALL_NAV_ITEMS } from './nav-items.ts';

/** After `g` the next key must come within this time. */
const CHORD_MS = 1_200;

/** Keys that work on every page. */
export function useShortcuts(actions: { onSearch: () => void; onHelp: () => void }): void {
  const navigate = useNavigate();
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    let chordUntilMs = 0;
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && !event.shiftKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        latest.current.onSearch();
        return;
      }
      if (isTyping(event)) return;
      if (event.key === '?') latest.current.onHelp();
      else if (event.key === '/') {
        event.preventDefault();
        latest.current.onSearch();
      } else if (event.key === 'g') {
        chordUntilMs = performance.now() + CHORD_MS;
        return;
      } else if (performance.now() < chordUntilMs) {
        const item = ALL_NAV_ITEMS.find((each) => each.keys === `g ${event.key}`);
        if (item) void navigate({ to: item.to });
      }
      chordUntilMs = 0;
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate]);
}
