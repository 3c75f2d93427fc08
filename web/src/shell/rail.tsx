import { Link } from '@tanstack/react-router';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import { joinClasses } from '../components/join-classes.ts';
import { NAV_GROUPS, type NavItem, SETTINGS_ITEM } from './nav-items.ts';

/** The left rail: 208 px, or icons only when collapsed or where there is little room. */
export function Rail({ collapsed, onToggle }: { collapsed: boolean; onToggle: () => void }) {
  const label = collapsed ? 'Widen the navigation' : 'Collapse the navigation';
  return (
    <nav
      aria-label="Main"
      className={joinClasses(
        'sticky top-0 flex h-dvh shrink-0 flex-col overflow-y-auto border-r border-line bg-sunken px-2 py-3 max-sm:hidden',
        collapsed ? 'w-14' : 'w-52 max-lg:w-14',
      )}
    >
      <Link to="/" className="mb-3 flex h-8 items-center gap-2 rounded-md px-2 font-semibold hover:bg-hover">
        <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true" className="shrink-0 text-accent">
          <rect width="16" height="16" rx="3" fill="currentColor" />
          <path d="M4.5 3.5v9M11.5 3.5v9M4.5 8h7" stroke="var(--page)" strokeWidth="2" />
        </svg>
        <span className={hideText(collapsed)}>Holdfast</span>
      </Link>
      {NAV_GROUPS.map((group) => (
        <div key={group.title} className="mb-3">
          <p className={joinClasses('px-2 pb-1 text-small text-quiet', hideText(collapsed))}>{group.title}</p>
          <ul>
            {group.items.map((item) => (
              <RailLink key={item.to} item={item} collapsed={collapsed} />
            ))}
          </ul>
        </div>
      ))}
      <ul className="mt-auto">
        <RailLink item={SETTINGS_ITEM} collapsed={collapsed} />
        <li>
          <button
            type="button"
            onClick={onToggle}
            aria-label={label}
            title={label}
            className="flex h-8 w-full items-center gap-2.5 rounded-md px-2.5 text-quiet hover:bg-hover hover:text-ink max-lg:hidden"
          >
            {collapsed ? (
              <PanelLeftOpen aria-hidden="true" size={16} />
            ) : (
              <PanelLeftClose aria-hidden="true" size={16} />
            )}
            <span className={hideText(collapsed)}>Collapse</span>
          </button>
        </li>
      </ul>
    </nav>
  );
}

function RailLink({ item, collapsed }: { item: NavItem; collapsed: boolean }) {
  const Icon = item.icon;
  return (
    <li>
      <Link
        to={item.to}
        activeOptions={{ exact: item.to === '/', includeSearch: false }}
        title={`${item.label} (${item.keys})`}
        className="flex h-8 items-center gap-2.5 rounded-md px-2.5 text-quiet hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-semibold aria-[current=page]:text-ink"
      >
        <Icon aria-hidden="true" size={16} className="shrink-0" />
        <span className={collapsed ? 'sr-only' : 'max-lg:sr-only'}>{item.label}</span>
      </Link>
    </li>
  );
}

const hideText = (collapsed: boolean) => (collapsed ? 'hidden' : 'max-lg:hidden');
