import { Link } from '@tanstack/react-router';
import { useSession } from '../../lib/use-session.ts';

const PAGES = [
  { to: '/settings', label: 'Account', admin: false },
  { to: '/settings/keys', label: 'API keys', admin: true },
  { to: '/settings/users', label: 'Users', admin: true },
  { to: '/settings/audit', label: 'Audit log', admin: true },
] as const;

/** The pages of the settings; some are administrators' only. */
export function SettingsNav() {
  const { may } = useSession();
  return (
    <nav aria-label="Settings" className="mb-4 flex flex-wrap gap-1">
      {PAGES.filter((page) => !page.admin || may('admin')).map((page) => (
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
