import type { SignInLink, User } from '../../../../src/contract/identity.ts';
import { formatAbsolute } from '../../lib/format-time.ts';
import { OnceShown } from './once-shown.tsx';

export type IssuedLink = { user: User; link: SignInLink };

export function LinkShown({ issued, onHide }: { issued: IssuedLink; onHide: () => void }) {
  return (
    <OnceShown
      title={`Pass this one-time link to ${issued.user.name} privately. It is shown only now and works until ${formatAbsolute(issued.link.expiresAt)}.`}
      secret={issued.link.url}
      what="link"
      onHide={onHide}
    />
  );
}
