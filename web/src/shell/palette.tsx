import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useEffect, useMemo, useState } from 'react';
import { collectEntries, filterEntries, type PaletteEntry, PLACES } from './palette-entries.ts';

const MOST_SHOWN = 30;

/** Search over everything there is to go to, by keyboard alone if you like. */
export function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <div aria-hidden="true" className="fixed inset-0 z-40" style={{ background: 'rgb(0 0 0 / 0.5)' }} />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed z-50 flex flex-col overflow-hidden border border-line-strong bg-page max-sm:inset-0 sm:top-[12vh] sm:left-1/2 sm:max-h-[70dvh] sm:w-[min(600px,94vw)] sm:-translate-x-1/2 sm:rounded-md"
        >
          <Dialog.Title className="sr-only">Search</Dialog.Title>
          <PaletteBody close={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteBody({ close }: { close: () => void }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [entries, setEntries] = useState<readonly PaletteEntry[]>(PLACES);
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  useEffect(() => {
    let there = true;
    void collectEntries(queryClient).then((found) => there && setEntries(found));
    return () => {
      there = false;
    };
  }, [queryClient]);
  const shown = useMemo(() => filterEntries(entries, typed).slice(0, MOST_SHOWN), [entries, typed]);
  const current = Math.min(at, shown.length - 1);

  const go = (entry: PaletteEntry | undefined) => {
    if (!entry) return;
    close();
    void navigate({ to: entry.to });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt(Math.min(current + 1, shown.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(current - 1, 0));
    else if (event.key === 'Enter') go(shown[current]);
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    document.getElementById(`palette-${current}`)?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-4">
        <input
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened in order to type here
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={shown.length > 0 ? `palette-${current}` : undefined}
          aria-label="Search pages, incidents, runbooks, runs and probes"
          placeholder="Search or jump to…"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          className="h-12 min-w-0 flex-1 bg-transparent text-lead outline-none placeholder:text-quiet"
        />
        <Dialog.Close className="h-9 rounded-md px-2 text-quiet hover:bg-hover">Close</Dialog.Close>
      </div>
      <div id="palette-list" role="listbox" aria-label="Results" className="min-h-24 overflow-y-auto p-2">
        {shown.length === 0 ? (
          <p className="px-2 py-3 text-quiet">
            Nothing has “{typed}” in its name. Try a part of the name, a number, or an id.
          </p>
        ) : null}
        {shown.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard
          <div
            key={`${entry.group} ${entry.id}`}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            onClick={() => go(entry)}
            onMouseMove={() => index !== current && setAt(index)}
            className="flex min-h-9 cursor-pointer items-center gap-x-3 rounded-sm px-2 py-1 aria-selected:bg-accent-soft max-sm:min-h-11 max-sm:flex-wrap"
          >
            <span className="min-w-0 flex-1 truncate max-sm:basis-full">{entry.label}</span>
            {isPlace(entry) ? (
              <span className="text-small text-quiet max-sm:hidden">{entry.detail}</span>
            ) : (
              <span className="max-w-full shrink-0 truncate text-small text-quiet sm:max-w-[50%]">
                {entry.group} · {entry.detail}
              </span>
            )}
          </div>
        ))}
      </div>
    </>
  );
}

/** Pages and actions need no words about what they are. */
function isPlace(entry: PaletteEntry): boolean {
  return entry.group === 'Pages' || entry.group === 'Actions';
}
