import { Link } from '@tanstack/react-router';
import { PHONE_ITEMS, SearchIcon } from './nav-items.ts';

const ITEM = 'flex h-14 flex-1 flex-col items-center justify-center gap-0.5 text-small text-quiet';

/** Navigation within the thumb's reach. */
export function BottomBar({ onSearch }: { onSearch: () => void }) {
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-20 flex border-t border-line bg-page pb-[env(safe-area-inset-bottom)] sm:hidden"
    >
      {PHONE_ITEMS.map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === '/', includeSearch: false }}
          className={`${ITEM} aria-[current=page]:font-semibold aria-[current=page]:text-accent`}
        >
          <Icon aria-hidden="true" size={20} />
          {label}
        </Link>
      ))}
      <button type="button" onClick={onSearch} className={ITEM}>
        <SearchIcon aria-hidden="true" size={20} />
        Search
      </button>
    </nav>
  );
}
