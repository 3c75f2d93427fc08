import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Check, CircleUserRound } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import type { Session } from '../../../src/contract/identity.ts';
import { sendJson } from '../api/request.ts';
import { useCommand } from '../api/use-command.ts';
import { MENU_CLASSES, MENU_ITEM_CLASSES } from '../components/menu-classes.ts';
import { chooseTheme, readThemeChoice, type ThemeChoice } from '../lib/theme.ts';

const THEMES: readonly { choice: ThemeChoice; label: string }[] = [
  { choice: 'system', label: 'As the system' },
  { choice: 'light', label: 'Light' },
  { choice: 'dark', label: 'Dark' },
];

/** Who is signed in, the theme, signing out. */
export function UserMenu({ session, onKeyboardHelp }: { session: Session; onKeyboardHelp: () => void }) {
  const [theme, setTheme] = useState(readThemeChoice);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const signOut = useCommand({
    run: () => sendJson('DELETE', '/api/v1/session'),
    onDone: () => {
      void navigate({ to: '/sign-in' }).then(() => queryClient.clear());
    },
  });
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        aria-label={`Signed in as ${session.name}, ${session.role}`}
        className="inline-flex h-8 items-center gap-2 rounded-md px-2 hover:bg-hover"
      >
        <CircleUserRound aria-hidden="true" size={18} />
        <span className="max-w-32 truncate max-md:hidden">{session.name}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={4} collisionPadding={8} className={MENU_CLASSES}>
          <DropdownMenu.Label className="px-2 py-1.5 text-quiet">
            <span className="block font-semibold text-ink">{session.name}</span>
            {session.role}
          </DropdownMenu.Label>
          <DropdownMenu.Separator className="my-1 border-t border-line" />
          <DropdownMenu.RadioGroup
            aria-label="Theme"
            value={theme}
            onValueChange={(value) => {
              setTheme(value as ThemeChoice);
              chooseTheme(value as ThemeChoice);
            }}
          >
            {THEMES.map(({ choice, label }) => (
              <DropdownMenu.RadioItem key={choice} value={choice} className={MENU_ITEM_CLASSES}>
                <span className="w-4">
                  <DropdownMenu.ItemIndicator>
                    <Check aria-hidden="true" size={14} />
                  </DropdownMenu.ItemIndicator>
                </span>
                {label}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className="my-1 border-t border-line" />
          <DropdownMenu.Item asChild className={MENU_ITEM_CLASSES}>
            <Link to="/settings">Settings</Link>
          </DropdownMenu.Item>
          <DropdownMenu.Item className={MENU_ITEM_CLASSES} onSelect={onKeyboardHelp}>
            Keyboard
            <kbd className="ml-auto pl-6 text-quiet">?</kbd>
          </DropdownMenu.Item>
          <DropdownMenu.Item asChild className={MENU_ITEM_CLASSES}>
            <a href="/docs">API documentation</a>
          </DropdownMenu.Item>
          {session.by === 'session' ? (
            <DropdownMenu.Item className={MENU_ITEM_CLASSES} onSelect={() => signOut.mutate(undefined)}>
              Sign out
            </DropdownMenu.Item>
          ) : null}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
