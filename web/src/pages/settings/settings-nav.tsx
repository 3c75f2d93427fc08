import { Link } from '@tanstack/react-router';
import { useSession } from '../../lib/use-session.ts';

const PAGES = [
  { to: '/settings', label: 'Account', needs: 'viewer' },
  { to: '/settings/contact', label: 'Contact methods', needs: 'viewer' },
  { to: '/settings/calendars', label: 'Calendar feeds', needs: 'operator' },
  { to: '/settings/keys', label: 'API keys', needs: 'admin' },
  { to: '/settings/users', label: 'Users', needs: 'admin' },
  { to: '/settings/audit', label: 'Audit log', needs: 'admin' },
] as const;

/** The pages of the settings; some are administrators' only. */
export function SettingsNav() {
  const { may } = useSession();
  return (
    <nav aria-label="Settings" className="mb-4 flex flex-wrap gap-1">
      {PAGES.filter((page) => may(page.needs)).map((page) => (
        <Link
          key={page.to}
          to={page.to}
          activeOptions={{ exact: true, includeSearch: false }}
          className="inline-flex min-h-7 items-center rounded-md px-2.5 text-quiet hover:bg-hover hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:font-semibold aria-[current=page]:text-accent max-sm:min-h-9"
        >
          {page.label}
        </Link>
      ))}
    </nav>
  );
}
