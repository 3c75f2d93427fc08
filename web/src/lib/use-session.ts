import { useSuspenseQuery } from '@tanstack/react-query';
import type { Role, Session } from '../../../src/contract/identity.ts';
import { sessionQuery } from '../api/queries.ts';
import { mayAct } from './roles.ts';

/** Who is looking, and what that person may do. Only below the shell, which waits for it. */
export function useSession(): { session: Session; may: (needed: Role) => boolean } {
  const { data: session } = useSuspenseQuery(sessionQuery);
  return { session, may: (needed) => mayAct(session.role, needed) };
}
