import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { ApiError } from '../api/request.ts';
import { Button } from './button.tsx';
import { ErrorPanel } from './error-panel.tsx';
import { Field, TextArea, TextInput } from './field.tsx';
import { joinClasses } from './join-classes.ts';

export type Confirmation = { reason: string; typed: string };

export type ConfirmDialogProps = {
  open: boolean;
  onOpenChange(open: boolean): void;
  title: string;
  /** What will happen, exactly. */
  children?: ReactNode;
  /** A verb with its object. */
  action: string;
  pending: string;
  danger?: boolean;
  wide?: boolean;
  /** Why the person who looks may not do it; the dialog then only shows. */
  barred?: string | null;
  /** Whether a reason is asked for; it is kept in the record. */
  reason?: 'none' | 'optional' | 'required';
  /** What must be typed before the button works. */
  typed?: { text: string; label: string } | null;
  /** The dialog closes when it resolves; what it throws is shown inside. */
  onConfirm(confirmation: Confirmation): Promise<unknown>;
};

const SHORTEST_REASON = 3;

/** The dialog every dangerous button opens. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const content = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Dialog.Portal>
        {/* A plain element: the library's own overlay writes a style sheet, which the server forbids. */}
        <div aria-hidden="true" className="fixed inset-0 z-40 " style={{ background: 'rgb(0 0 0 / 0.5)' }} />
        <Dialog.Content
          ref={content}
          aria-describedby={undefined}
          tabIndex={-1}
          // What will happen is read first; a field that took the focus would open a phone's keyboard over it.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            content.current?.focus();
          }}
          className={joinClasses(
            'fixed z-50 flex flex-col border outline-none border-line-strong bg-page max-sm:inset-x-0 max-sm:bottom-0 max-sm:max-h-[92dvh] max-sm:rounded-t-md',
            'sm:top-1/2 sm:left-1/2 sm:max-h-[88dvh] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-md',
            props.wide ? 'sm:w-[min(720px,94vw)]' : 'sm:w-[min(480px,94vw)]',
          )}
        >
          <ConfirmForm {...props} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function ConfirmForm(props: ConfirmDialogProps) {
  const { typed: typedWanted = null, barred = null } = props;
  const reasonWanted = barred === null ? (props.reason ?? 'none') : 'none';
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const reasonMissing = reasonWanted === 'required' && reason.trim().length < SHORTEST_REASON;
  const typedWrong = typedWanted !== null && typed.trim() !== typedWanted.text;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (reasonMissing || typedWrong || busy || barred !== null) return;
    setBusy(true);
    setError(null);
    try {
      await props.onConfirm({ reason: reason.trim(), typed: typed.trim() });
      props.onOpenChange(false);
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={submit} className="flex min-h-0 flex-col">
      <div className="flex items-start justify-between gap-3 border-b border-line px-4 py-3">
        <Dialog.Title className="text-lead break-anywhere">{props.title}</Dialog.Title>
        <Dialog.Close
          aria-label="Close"
          className="-mr-1 inline-flex size-8 shrink-0 items-center justify-center rounded-md text-quiet hover:bg-hover"
        >
          <X aria-hidden="true" size={16} />
        </Dialog.Close>
      </div>
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-4 py-3">
        {props.children}
        {reasonWanted === 'none' ? null : (
          <Field
            label={reasonWanted === 'required' ? 'Reason' : 'Reason (optional)'}
            help="Kept in the record with your name."
          >
            {(attributes) => (
              <TextArea
                {...attributes}
                value={reason}
                maxLength={2_000}
                required={reasonWanted === 'required'}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
        )}
        {typedWanted === null ? null : (
          <Field
            label={typedWanted.label}
            help={
              <>
                Type <strong className="text-ink">{typedWanted.text}</strong>
              </>
            }
          >
            {(attributes) => (
              <TextInput {...attributes} value={typed} onChange={(event) => setTyped(event.target.value)} />
            )}
          </Field>
        )}
        {error ? <ErrorPanel error={error} /> : null}
      </div>
      <div className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3 max-sm:flex-col-reverse">
        <Dialog.Close asChild>
          <Button>{barred === null ? 'Leave it as it is' : 'Close'}</Button>
        </Dialog.Close>
        {barred === null ? (
          <Button
            type="submit"
            look={props.danger ? 'danger' : 'primary'}
            disabled={reasonMissing || typedWrong}
            pending={busy && props.pending}
            className="break-anywhere shrink"
          >
            {props.action}
          </Button>
        ) : (
          <p className="mr-auto self-center text-quiet">{barred}</p>
        )}
      </div>
    </form>
  );
}
