import { Search } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { Session } from '../../../src/contract/identity.ts';
import { LiveIndicator } from './live-indicator.tsx';
import { UserMenu } from './user-menu.tsx';

// Read after the page itself.
const OnCallSummary = lazy(() => import('./on-call-summary.tsx').then((module) => ({ default: module.OnCallSummary })));
const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function TopLine({
  session,
  onSearch,
  onKeyboardHelp,
}: {
  session: Session;
  onSearch: () => void;
  onKeyboardHelp: () => void;
}) {
  return (
    <div className="sticky top-0 z-20 flex h-12 items-center gap-3 border-b border-line bg-page px-4">
      <button
        type="button"
        onClick={onSearch}
        className="flex h-8 w-72 max-w-full items-center gap-2 rounded-md border border-line-strong px-2.5 text-quiet hover:bg-hover max-sm:hidden"
      >
        <Search aria-hidden="true" size={14} />
        Search or jump to…
        <kbd className="ml-auto text-small">{MAC ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <span className="font-semibold sm:hidden">Holdfast</span>
      <div className="ml-auto flex min-w-0 items-center gap-3">
        <Suspense>
          <OnCallSummary />
        </Suspense>
        <LiveIndicator />
        <UserMenu session={session} onKeyboardHelp={onKeyboardHelp} />
      </div>
    </div>
  );
}
