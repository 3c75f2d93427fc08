import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';

/** The part of an address behind `#` that names a line of the document. */
export function lineAnchor(line: number): string {
  return `L${line}`;
}

/** The line an address names; null when it names none. */
export function readLineAnchor(hash: string): number | null {
  const line = Number(/^#?L(\d{1,6})$/.exec(hash)?.[1] ?? 0);
  return line > 0 ? line : null;
}

/** Goes to the line that the address names, or to the last one above it that is marked; tells which it is. */
export function useMarkedLine(ready: unknown): number | null {
  const line = readLineAnchor(useLocation({ select: (location) => location.hash }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text has its lines elsewhere
  useEffect(() => {
    if (line === null) return;
    let best: HTMLElement | null = null;
    for (const place of document.querySelectorAll<HTMLElement>('article [data-line]')) {
      const at = Number(place.dataset['line']);
      if (at <= line && at >= Number(best?.dataset['line'] ?? 0)) best = place;
    }
    best?.scrollIntoView({ block: 'center' });
  }, [line, ready]);
  return line;
}
