import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ErrorPanel } from '../components/error-panel.tsx';

/** Shown when a page takes longer than a second to come. */
export function Pending(): ReactNode {
  return (
    <p role="status" className="p-4 text-quiet">
      Waiting for Holdfast…
    </p>
  );
}

export function NotFound(): ReactNode {
  return (
    <div className="p-4">
      <h1 className="mb-2 text-title">There is no such page</h1>
      <p>
        The address may be from another version, or cut short.{' '}
        <Link to="/" className="link">
          Go to Now
        </Link>
      </p>
    </div>
  );
}

export function RouteError({ error, reset }: ErrorComponentProps): ReactNode {
  const router = useRouter();
  return (
    <div className="p-4">
      <ErrorPanel
        error={error}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </div>
  );
}
