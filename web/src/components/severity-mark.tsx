import type { SeverityRank } from '../../../src/contract/common.ts';
import { RANK_WORDS } from '../lib/words.ts';
import { joinClasses } from './join-classes.ts';

const SHAPES: Record<SeverityRank, { path: string; color: string }> = {
  1: { path: 'M1.5 1.5h9v9h-9z', color: 'text-bad' },
  2: { path: 'M6 0.6 11.4 6 6 11.4 0.6 6z', color: 'text-rank2' },
  3: { path: 'M6 1.2 11.6 10.8H0.4z', color: 'text-ask' },
  4: { path: 'M6 1.2a4.8 4.8 0 1 1 0 9.6a4.8 4.8 0 0 1 0-9.6z', color: 'text-quiet' },
};

/** How bad: a shape per rank (square, diamond, triangle, circle) and its label. */
export function SeverityMark({ rank, label, large = false }: { rank: SeverityRank; label?: string; large?: boolean }) {
  const { path, color } = SHAPES[rank];
  const size = large ? 16 : 12;
  return (
    <span
      className={joinClasses('inline-flex items-center gap-1.5 whitespace-nowrap align-bottom font-semibold', color)}
    >
      <svg viewBox="0 0 12 12" width={size} height={size} aria-hidden="true" className="shrink-0 fill-current">
        <path d={path} />
      </svg>
      {label ?? RANK_WORDS[rank]}
    </span>
  );
}
