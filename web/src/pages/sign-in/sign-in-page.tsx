import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import type { Session } from '../../../../src/contract/identity.ts';
import { sessionQuery } from '../../api/queries.ts';
import { takeLinkToken } from './link-token.ts';
import { PasswordForm } from './password-form.tsx';
import { SetPasswordForm } from './set-password-form.tsx';

/** Signing in by password, or for the first time by a one-time link, whose token is behind the `#` of the address. */
export function SignInPage(): ReactNode {
  const { next } = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [token, setToken] = useState(takeLinkToken);
  useEffect(() => {
    document.title = 'Sign in · Holdfast';
    // A link pasted while this page is open changes only what is behind the `#`.
    const onHash = () => setToken(takeLinkToken());
    window.addEventListener('hashchange', onHash);
    return () => window.removeEventListener('hashchange', onHash);
  }, []);
  const begin = (session: Session) => {
    // What somebody else saw in this browser; what this page still shows stays until it is left.
    queryClient.removeQueries({ type: 'inactive' });
    queryClient.setQueryData(sessionQuery.queryKey, session);
    void navigate({ href: next ?? '/', replace: true });
  };
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center px-4 py-10">
      <p className="mb-6 flex items-center gap-2 text-lead font-semibold">
        <svg viewBox="0 0 16 16" width="24" height="24" aria-hidden="true" className="text-accent">
          <rect width="16" height="16" rx="3" fill="currentColor" />
          <path d="M4.5 3.5v9M11.5 3.5v9M4.5 8h7" stroke="var(--page)" strokeWidth="2" />
        </svg>
        Holdfast
      </p>
      {token === null ? (
        <PasswordForm onSignedIn={begin} />
      ) : (
        <SetPasswordForm token={token} onSignedIn={begin} onGiveUp={() => setToken(null)} />
      )}
    </main>
  );
}
