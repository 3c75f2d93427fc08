import { useEffect } from 'react';

/** Whether keys typed now belong to a field or a dialog instead of the page. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (target?.closest('input, textarea, select, [contenteditable]')) return true;
  return document.querySelector('[role="dialog"], [role="menu"]') !== null;
}

/** `j` and `k` walk through the rows of the page's list (whatever carries `data-row`); Enter follows by itself. */
export function useListKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.key !== 'j' && event.key !== 'k') || isTyping(event)) return;
      const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')];
      if (rows.length === 0) return;
      const current = rows.indexOf(document.activeElement as HTMLElement);
      const next = event.key === 'j' ? Math.min(current + 1, rows.length - 1) : Math.max(current - 1, 0);
      rows[next]?.focus();
      rows[next]?.scrollIntoView({ block: 'nearest' });
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
