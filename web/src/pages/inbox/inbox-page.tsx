import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type InboxMessage, inboxQuery } from '../../api/queries.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { type Column, List } from '../../components/list.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Time } from '../../components/time.tsx';

const COLUMNS: readonly Column<InboxMessage>[] = [
  {
    title: 'Message',
    phone: 'first',
    cell: (message) =>
      message.incidentId ? (
        <Link
          data-row
          to="/incidents/$id"
          params={{ id: message.incidentId }}
          className="font-semibold break-anywhere hover:underline"
        >
          {message.title}
        </Link>
      ) : (
        <span className="font-semibold break-anywhere">{message.title}</span>
      ),
  },
  {
    title: 'Text',
    cell: (message) => (
      <span className="whitespace-pre-wrap break-anywhere">{message.text === message.title ? '' : message.text}</span>
    ),
  },
  {
    title: 'Received',
    className: 'sm:w-px text-right whitespace-nowrap text-quiet',
    cell: (message) => <Time at={message.at} />,
  },
];

/** Pages and notices that went to the local inbox, the channel that is always there. */
export function InboxPage(): ReactNode {
  const query = useQuery(inboxQuery);
  return (
    <>
      <PageHeader title="Inbox" />
      <List
        query={{
          data: query.data ? { pages: [query.data] } : undefined,
          error: query.error,
          refetch: query.refetch,
        }}
        columns={COLUMNS}
        keyOf={(message) => message.dedupKey}
        caption="messages"
        empty={
          <EmptyState why="No page or notice was sent to this inbox yet. It is where pages go besides the webhooks in holdfast.yaml." />
        }
      />
    </>
  );
}
