import { TriangleAlert } from 'lucide-react';
import type { Session } from '../../../src/contract/identity.ts';

/** Modes that change what is safe to believe. Cannot be dismissed. */
export function ModeBanner({ session }: { session: Session }) {
  if (session.by !== 'no-auth') return null;
  return (
    <p className="flex items-center gap-2 border-b border-ask bg-ask-soft px-4 py-1.5 text-ask">
      <TriangleAlert aria-hidden="true" size={16} className="shrink-0" />
      <span>
        <strong>No sign-in:</strong> everybody who reaches this address is administrator. Start the server without{' '}
        <code className="code-face">--no-auth</code> to end this.
      </span>
    </p>
  );
}
