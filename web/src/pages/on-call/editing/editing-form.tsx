import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { FormEvent, ReactNode } from 'react';
import { request, sendJson } from '../../../api/request.ts';
import { useCommand } from '../../../api/use-command.ts';
import { Button } from '../../../components/button.tsx';
import { ErrorPanel } from '../../../components/error-panel.tsx';
import { useSession } from '../../../lib/use-session.ts';

/** Which tab of the on-call page a form was opened from. */
export type OnCallView = 'schedules' | 'teams' | 'policies';

const searchOf = (view: OnCallView) => ({ show: view === 'schedules' ? undefined : view });

/** The way back to the tab of the on-call page. */
export function BackToOnCall({ view }: { view: OnCallView }): ReactNode {
  return (
    <Link to="/on-call" search={searchOf(view)} className="hover:underline">
      On-call
    </Link>
  );
}

/** What a form begins with, and the tag that says it is still that when it is written over. */
export function useEdited<Body>(path: string, { enabled = true }: { enabled?: boolean } = {}) {
  return useQuery({
    // Not below ['oncall']: a form is not read anew under the hands of who fills it in, only when it is opened.
    queryKey: ['edited', path],
    enabled,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      const response = await request('GET', path, { signal });
      return { body: (await response.json()) as Body, etag: response.headers.get('etag') };
    },
  });
}

/** Goes back to the on-call page. */
export function useBackToOnCall(view: OnCallView): () => void {
  const navigate = useNavigate();
  return () => void navigate({ to: '/on-call', search: searchOf(view) });
}

/**
 * A form that writes one thing of on-call whole, and never over somebody else's change. Who may not write sees it, and
 * cannot change it.
 */
export function EditingForm({
  path,
  etag,
  body,
  view,
  save,
  leave,
  besides,
  children,
}: {
  path: string;
  /** Of what is written over; null for what must not be there yet. */
  etag: string | null;
  /** What is sent, read at the moment it is. */
  body: () => unknown;
  view: OnCallView;
  /** On the button, such as "Save routes". */
  save: string;
  leave: string;
  /** Another button, at the end of the line. */
  besides?: ReactNode;
  children: ReactNode;
}): ReactNode {
  const { may } = useSession();
  const back = useBackToOnCall(view);
  const write = useCommand({
    run: () => sendJson('PUT', path, { body: body(), ifMatch: etag ?? '"0"' }),
    touches: [['oncall']],
    onDone: back,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    write.mutate(undefined);
  };
  const mayWrite = may('admin');
  return (
    <form onSubmit={submit} className="flex max-w-2xl flex-col gap-4">
      {mayWrite ? null : <p className="text-quiet">Only an administrator may change it.</p>}
      <fieldset disabled={!mayWrite} className="flex min-w-0 flex-col gap-4">
        {children}
      </fieldset>
      {write.error ? <ErrorPanel error={write.error} /> : null}
      {mayWrite ? (
        <div className="flex flex-wrap gap-2 border-t border-line pt-3">
          <Button type="submit" look="primary" pending={write.isPending && 'Saving…'}>
            {save}
          </Button>
          <Button onClick={back}>{leave}</Button>
          {besides}
        </div>
      ) : null}
    </form>
  );
}
