import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { User } from '../../../../src/contract/identity.ts';
import { userList } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import type { StateWords } from '../../lib/words.ts';
import { InviteUser } from './invite-user.tsx';
import { type IssuedLink, LinkShown } from './link-shown.tsx';
import { SettingsNav } from './settings-nav.tsx';
import { UserActions } from './user-actions.tsx';

const STATES = {
  active: { word: 'Active', tone: 'good', shape: 'tick' },
  invited: { word: 'Invited', tone: 'ask', shape: 'ring' },
  disabled: { word: 'Disabled', tone: 'quiet', shape: 'stop' },
} as const satisfies Record<string, StateWords>;

const COLUMNS: readonly Column<User>[] = [
  { title: 'Name', phone: 'first', cell: (user) => <span className="font-semibold break-anywhere">{user.name}</span> },
  {
    title: 'State',
    className: 'sm:w-px whitespace-nowrap',
    cell: (user) => (
      <StateMark state={user.disabled ? STATES.disabled : user.hasPassword ? STATES.active : STATES.invited} />
    ),
  },
  {
    title: 'Last signed in',
    className: 'sm:w-px whitespace-nowrap text-quiet',
    cell: (user) => (user.lastSignInAt ? <Time at={user.lastSignInAt} /> : 'never signed in'),
  },
];

/** People and their roles. */
export function UsersPage(): ReactNode {
  const query = useInfiniteQuery(userList());
  const [issued, setIssued] = useState<IssuedLink | null>(null);
  return (
    <>
      <PageHeader title="Users" />
      <SettingsNav />
      <InviteUser onInvited={setIssued} />
      {issued ? <LinkShown issued={issued} onHide={() => setIssued(null)} /> : null}
      <List
        query={query}
        columns={[
          ...COLUMNS,
          {
            title: 'Role and actions',
            className: 'sm:w-px whitespace-nowrap max-sm:w-full',
            cell: (user) => <UserActions user={user} onLink={setIssued} />,
          },
        ]}
        keyOf={(user) => user.id}
        caption="users"
        empty={<EmptyState why="Nobody but the local command line is known here." />}
      />
    </>
  );
}
