import { useQuery } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { StatusComponent, StatusDraft, StatusNotice } from '../../../../src/contract/status-page.ts';
import { Button, buttonClasses } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Countdown, Time } from '../../components/time.tsx';
import { useSession } from '../../lib/use-session.ts';
import type { StateWords } from '../../lib/words.ts';
import { ComponentDialog } from './component-dialog.tsx';
import { Drafts } from './drafts.tsx';
import { NoticeDialog } from './notice-dialog.tsx';
import { componentsQuery, noticesQuery } from './status-queries.ts';
import { COMPONENT_STATES, statusWord } from './status-words.ts';

type Dialog =
  | { kind: 'notice'; notice: StatusNotice | null; draft?: StatusDraft }
  | { kind: 'component'; component: StatusComponent | null };

/** What the public is told, and the ways to tell it. */
export function StatusPage(): ReactNode {
  const { may } = useSession();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const components = useQuery(componentsQuery);
  const notices = useQuery(noticesQuery);
  const editing = may('operator');
  const open = notices.data?.items.filter((notice) => notice.resolvedAt === null) ?? [];
  const past = notices.data?.items.filter((notice) => notice.resolvedAt !== null) ?? [];
  return (
    <>
      <PageHeader
        title="Status page"
        actions={
          <>
            <a className={buttonClasses()} href="/status" target="_blank" rel="noreferrer">
              <ExternalLink aria-hidden="true" size={14} /> Public page
            </a>
            {editing ? (
              <Button look="primary" onClick={() => setDialog({ kind: 'notice', notice: null })}>
                Tell of an incident…
              </Button>
            ) : null}
          </>
        }
      />
      {components.error ? <ErrorPanel error={components.error} onRetry={() => void components.refetch()} /> : null}
      <Drafts onReview={editing ? (draft) => setDialog({ kind: 'notice', notice: null, draft }) : null} />
      <div className="grid grid-cols-1 gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_360px]">
        <section aria-labelledby="notices">
          <h2 id="notices" className="mb-2 text-lead">
            What the public was told
          </h2>
          {notices.data === undefined ? (
            <SkeletonRows rows={4} what="the notices" />
          ) : open.length + past.length === 0 ? (
            <EmptyState why="Nothing was published yet. The public page says that all systems are operational." />
          ) : (
            [...open, ...past].map((notice) => (
              <Notice
                key={notice.id}
                notice={notice}
                onUpdate={editing && notice.resolvedAt === null ? () => setDialog({ kind: 'notice', notice }) : null}
              />
            ))
          )}
        </section>
        <section aria-labelledby="components">
          <div className="mb-2 flex items-center justify-between gap-2">
            <h2 id="components" className="text-lead">
              Components
            </h2>
            {editing ? <Button onClick={() => setDialog({ kind: 'component', component: null })}>Add…</Button> : null}
          </div>
          {components.data === undefined ? (
            <SkeletonRows rows={3} what="the components" />
          ) : components.data.items.length === 0 ? (
            <EmptyState why="The page has no components yet: add what customers use, as they call it." />
          ) : (
            <ul>
              {components.data.items.map((component) => (
                <li key={component.id} className="flex items-center justify-between gap-3 border-b border-line py-2">
                  <div className="min-w-0">
                    <p className="break-anywhere font-semibold">{component.name}</p>
                    {component.group ? <p className="text-small text-quiet">{component.group}</p> : null}
                  </div>
                  <span className="flex shrink-0 items-center gap-2">
                    <StateMark state={COMPONENT_STATES[component.status]} />
                    {editing ? (
                      <Button look="quiet" onClick={() => setDialog({ kind: 'component', component })}>
                        Change…
                      </Button>
                    ) : null}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
      {dialog?.kind === 'notice' ? (
        <NoticeDialog
          notice={dialog.notice}
          draft={dialog.draft ?? null}
          components={components.data?.items ?? []}
          onClose={() => setDialog(null)}
        />
      ) : null}
      {dialog?.kind === 'component' ? (
        <ComponentDialog component={dialog.component} onClose={() => setDialog(null)} />
      ) : null}
    </>
  );
}

function Notice({ notice, onUpdate }: { notice: StatusNotice; onUpdate: (() => void) | null }) {
  const state: StateWords =
    notice.resolvedAt === null
      ? { word: statusWord(notice.status), tone: notice.kind === 'maintenance' ? 'quiet' : 'bad', shape: 'dot' }
      : { word: statusWord(notice.status), tone: 'good', shape: 'tick' };
  return (
    <article className="mb-5">
      <div className="flex flex-wrap items-center justify-between gap-2 border-b border-line-strong pb-1">
        <h3 className="min-w-0 break-anywhere font-semibold">{notice.name}</h3>
        <span className="flex items-center gap-3">
          <StateMark state={state} />
          {onUpdate ? <Button onClick={onUpdate}>Update…</Button> : null}
        </span>
      </div>
      {notice.nextUpdateAt && notice.resolvedAt === null ? (
        <p className="mt-1 text-ask">
          Next update promised: <Countdown until={notice.nextUpdateAt} past="overdue" />
        </p>
      ) : null}
      <ol>
        {notice.updates.map((update) => (
          <li key={update.id} className="border-b border-line py-2">
            <p>
              <span className="font-semibold">{statusWord(update.status)}</span>{' '}
              <span className="text-quiet">
                <Time at={update.at} />
              </span>
            </p>
            <p className="whitespace-pre-line break-anywhere">{update.body}</p>
          </li>
        ))}
      </ol>
    </article>
  );
}
