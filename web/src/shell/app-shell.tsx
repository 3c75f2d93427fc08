import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { sessionQuery } from '../api/queries.ts';
import { startLive } from '../live/live-store.ts';
import { BottomBar } from './bottom-bar.tsx';
import { ModeBanner } from './mode-banner.tsx';
import { Rail } from './rail.tsx';
import { readRailCollapsed, writeRailCollapsed } from './rail-choice.ts';
import { TopLine } from './top-line.tsx';
import { useShortcuts } from './use-shortcuts.ts';

// Nobody needs these before a key is pressed.
const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })));
const KeyboardHelp = lazy(() => import('./keyboard-help.tsx').then((module) => ({ default: module.KeyboardHelp })));

/** Everything around a page for somebody who is signed in. */
export function AppShell(): ReactNode {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const [collapsed, setCollapsed] = useState(readRailCollapsed);
  const [open, setOpen] = useState<'palette' | 'help' | null>(null);
  const close = (stays: boolean) => stays || setOpen(null);
  useLive();
  useShortcuts({ onSearch: () => setOpen('palette'), onHelp: () => setOpen('help') });
  const main = useFocusOnNavigation();

  return (
    <div className="flex min-h-dvh">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-page px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <Rail
        collapsed={collapsed}
        onToggle={() => {
          setCollapsed(!collapsed);
          writeRailCollapsed(!collapsed);
        }}
      />
      <div className="flex min-w-0 flex-1 flex-col">
        <ModeBanner session={session} />
        <TopLine session={session} onSearch={() => setOpen('palette')} onKeyboardHelp={() => setOpen('help')} />
        <main
          id="main"
          ref={main}
          tabIndex={-1}
          className="mx-auto w-full max-w-[1360px] flex-1 px-6 pt-5 pb-10 max-sm:px-4 max-sm:pb-24"
        >
          <Outlet />
        </main>
      </div>
      <BottomBar onSearch={() => setOpen('palette')} />
      <Suspense>
        {open === 'palette' ? <Palette open onOpenChange={close} /> : null}
        {open === 'help' ? <KeyboardHelp open onOpenChange={close} /> : null}
      </Suspense>
    </div>
  );
}

function useLive(): void {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const onSignedOut = useCallback(() => {
    void navigate({ to: '/sign-in', search: { next: window.location.pathname + window.location.search } });
  }, [navigate]);
  useEffect(() => startLive(queryClient, onSignedOut), [queryClient, onSignedOut]);
}

/** A new page begins at its top, for the keyboard and for screen readers too. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const path = useLocation({ select: (location) => location.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}
