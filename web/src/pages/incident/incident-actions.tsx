import { Link } from '@tanstack/react-router';
import { Ellipsis } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import type { Incident } from '../../../../src/contract/incident.ts';
import { buttonClasses } from '../../components/button.tsx';
import { MENU_CLASSES, MENU_ITEM_CLASSES } from '../../components/menu-classes.ts';
import { useSession } from '../../lib/use-session.ts';
import { MergeDialog } from './merge-dialog.tsx';
import { SplitDialog } from './split-dialog.tsx';

/** What is seldom done, behind one button; the postmortem stands beside it once the incident is over. */
export function IncidentActions({ incident }: { incident: Incident }) {
  const { may } = useSession();
  const [merging, setMerging] = useState(false);
  const [splitting, setSplitting] = useState(false);
  const over = incident.status === 'resolved' || incident.status === 'closed';
  const mayMerge = may('operator') && incident.status !== 'closed';
  return (
    <>
      {over ? (
        <Link to="/incidents/$id/postmortem" params={{ id: incident.id }} className={buttonClasses()}>
          Postmortem
        </Link>
      ) : null}
      {over && !mayMerge ? null : (
        <DropdownMenu.Root modal={false}>
          <DropdownMenu.Trigger aria-label="More actions for this incident" className={buttonClasses()}>
            <Ellipsis aria-hidden="true" size={16} />
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content
              align="end"
              sideOffset={4}
              collisionPadding={8}
              className={MENU_CLASSES}
              // The dialog that an item opens takes the focus; the menu must not take it back.
              onCloseAutoFocus={(event) => event.preventDefault()}
            >
              {over ? null : (
                <DropdownMenu.Item asChild className={MENU_ITEM_CLASSES}>
                  <Link to="/incidents/$id/postmortem" params={{ id: incident.id }}>
                    Postmortem
                  </Link>
                </DropdownMenu.Item>
              )}
              {mayMerge ? (
                <DropdownMenu.Item className={MENU_ITEM_CLASSES} onSelect={() => setMerging(true)}>
                  Merge into…
                </DropdownMenu.Item>
              ) : null}
              {mayMerge && incident.findings.length > 1 ? (
                <DropdownMenu.Item className={MENU_ITEM_CLASSES} onSelect={() => setSplitting(true)}>
                  Split off findings…
                </DropdownMenu.Item>
              ) : null}
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      )}
      {splitting ? <SplitDialog incident={incident} onClose={() => setSplitting(false)} /> : null}
      {merging ? <MergeDialog incident={incident} onClose={() => setMerging(false)} /> : null}
    </>
  );
}
