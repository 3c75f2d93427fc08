import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { ALL_NAV_ITEMS } from './nav-items.ts';

const KEYS: readonly { keys: string; what: string }[] = [
  { keys: '⌘ K or Ctrl K', what: 'Search, or jump to a page' },
  { keys: '/', what: 'The same' },
  { keys: 'j  k', what: 'Next and previous row of a list' },
  { keys: 'Enter', what: 'Open the row' },
  { keys: 'j  k', what: 'On a runbook: next and previous finding' },
  { keys: 'j  k', what: 'On a run: next and previous step' },
  { keys: 'o', what: 'On a run: fold the output of the step' },
  { keys: 'a', what: 'On a run: go to what is to be decided' },
  { keys: 'x', what: 'Choose the row, where a list lets you' },
  { keys: 'Esc', what: 'Close what is open' },
  { keys: '?', what: 'This list' },
  ...ALL_NAV_ITEMS.map((item) => ({ keys: item.keys, what: item.label })),
];

export function KeyboardHelp({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <div aria-hidden="true" className="fixed inset-0 z-40" style={{ background: 'rgb(0 0 0 / 0.5)' }} />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-1/2 left-1/2 z-50 max-h-[88dvh] w-[min(420px,94vw)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-md border border-line-strong bg-page p-4"
        >
          <div className="mb-2 flex items-center justify-between">
            <Dialog.Title className="text-lead">Keyboard</Dialog.Title>
            <Dialog.Close
              aria-label="Close"
              className="inline-flex size-8 items-center justify-center rounded-md text-quiet hover:bg-hover"
            >
              <X aria-hidden="true" size={16} />
            </Dialog.Close>
          </div>
          <dl>
            {KEYS.map(({ keys, what }) => (
              <div key={`${keys} ${what}`} className="flex justify-between gap-4 border-t border-line py-1.5">
                <dt>{what}</dt>
                <dd className="code-face whitespace-pre text-quiet">{keys}</dd>
              </div>
            ))}
          </dl>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
