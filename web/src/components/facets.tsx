import { Link } from '@tanstack/react-router';
import { joinClasses } from './join-classes.ts';

/** Choices that filter a list; the address carries which one holds. */
export function Facets<Value extends string>({
  label,
  options,
  current,
  toSearch,
}: {
  label: string;
  options: readonly { value: Value; label: string }[];
  current: Value;
  toSearch: (value: Value) => Record<string, unknown>;
}) {
  return (
    <nav aria-label={label} className="flex flex-wrap gap-1">
      {options.map((option) => (
        <Link
          key={option.value}
          to="."
          search={toSearch(option.value) as never}
          aria-current={option.value === current ? 'true' : undefined}
          className={joinClasses(
            'inline-flex min-h-7 items-center rounded-md px-2.5 max-sm:min-h-9',
            option.value === current
              ? 'bg-accent-soft font-semibold text-accent'
              : 'text-quiet hover:bg-hover hover:text-ink',
          )}
        >
          {option.label}
        </Link>
      ))}
    </nav>
  );
}
