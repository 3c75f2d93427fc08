import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { ContactMethod, SendOutcome } from '../../../../src/contract/contacts.ts';
import { contactKindsQuery, contactMethodsQuery } from '../../api/on-call-queries.ts';
import { sendJson } from '../../api/request.ts';
import { useCommand } from '../../api/use-command.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useSession } from '../../lib/use-session.ts';
import type { StateWords } from '../../lib/words.ts';
import { AddContact } from './add-contact.tsx';
import { NotificationRules } from './notification-rules.tsx';
import { SettingsNav } from './settings-nav.tsx';
import { VerifyContact } from './verify-contact.tsx';

const VERIFIED: StateWords = { word: 'Verified', tone: 'good', shape: 'tick' };
const UNVERIFIED: StateWords = { word: 'Not verified', tone: 'ask', shape: 'question' };

/** By which ways the person who looks is reached, and when which is used. */
export function ContactPage(): ReactNode {
  const { may } = useSession();
  const methods = useQuery(contactMethodsQuery);
  const kinds = useQuery(contactKindsQuery).data ?? [];
  const [removing, setRemoving] = useState<ContactMethod | null>(null);
  /** How sending its code went, by the id of the method. */
  const [codes, setCodes] = useState<Readonly<Record<string, SendOutcome>>>({});
  const remove = useCommand({
    run: (id: string) => sendJson('DELETE', `/api/v1/oncall/contact-methods/${encodeURIComponent(id)}`),
    touches: [['oncall']],
  });
  const onCode = (id: string, outcome: SendOutcome) => setCodes((before) => ({ ...before, [id]: outcome }));
  const titleOf = (kind: string) => kinds.find((each) => each.kind === kind)?.title ?? kind;

  return (
    <>
      <PageHeader title="Contact methods" />
      <SettingsNav />
      {may('operator') && !methods.error ? <AddContact kinds={kinds} onAdded={onCode} /> : null}
      {methods.error ? <ErrorPanel error={methods.error} onRetry={() => void methods.refetch()} /> : null}
      {methods.data || methods.error ? null : <SkeletonRows rows={3} what="your contact methods" />}
      {methods.data?.length === 0 ? (
        <EmptyState
          why="You have no contact method: what pages you is only told in the inbox. Add one above, or on the command line:"
          command="npx holdfast oncall contact add email you@example.com"
        />
      ) : null}
      {methods.data && methods.data.length > 0 ? (
        <ul aria-label="Your contact methods" className="border-t border-line">
          {methods.data.map((method) => (
            <li key={method.id} className="border-b border-line py-2.5">
              <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
                <div className="min-w-0 flex-1 basis-60">
                  <p className="flex flex-wrap gap-x-3">
                    <span className="font-semibold break-anywhere">{method.label}</span>
                    <StateMark state={method.verifiedAt ? VERIFIED : UNVERIFIED} />
                  </p>
                  <p className="text-quiet break-anywhere">
                    {titleOf(method.kind)}: {method.address}
                    {method.verifiedAt ? '' : '. No page goes there before it is verified.'}
                  </p>
                </div>
                {may('operator') ? (
                  <Button onClick={() => setRemoving(method)} aria-label={`Remove ${method.label}`}>
                    Remove…
                  </Button>
                ) : null}
              </div>
              {method.verifiedAt === null && may('operator') ? (
                <VerifyContact method={method} sent={codes[method.id] ?? null} onCode={onCode} />
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      {methods.data && methods.data.length > 0 ? <NotificationRules methods={methods.data} /> : null}
      {removing ? (
        <ConfirmDialog
          open
          onOpenChange={(open) => open || setRemoving(null)}
          title={`Remove ${removing.label}`}
          action={`Remove ${removing.label}`}
          pending="Removing…"
          danger
          onConfirm={() => remove.mutateAsync(removing.id)}
        >
          <p>
            No page goes to {removing.address} any more, from now on. Rules that name it go with it; to use it again it
            must be added and verified anew.
          </p>
        </ConfirmDialog>
      ) : null}
    </>
  );
}
