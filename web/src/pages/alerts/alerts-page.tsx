import { useSearch } from '@tanstack/react-router';
import { BellOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Facets } from '../../components/facets.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { useSession } from '../../lib/use-session.ts';
import { ALERT_VIEWS } from '../../search-params.ts';
import { AlertGroups } from './alert-groups.tsx';
import { SilenceDialog } from './silence-dialog.tsx';
import { SilencesList } from './silences-list.tsx';

const VIEWS = ALERT_VIEWS.map((value) => ({ value, label: value === 'firing' ? 'Firing' : 'Silences' }));

/** What fires, and what is kept quiet. */
export function AlertsPage(): ReactNode {
  const { show = 'firing' } = useSearch({ from: '/app/alerts' });
  const { may } = useSession();
  const [silencing, setSilencing] = useState(false);
  return (
    <>
      <PageHeader
        title="Alerts"
        actions={
          may('operator') ? (
            <Button onClick={() => setSilencing(true)}>
              <BellOff aria-hidden="true" size={14} /> New silence…
            </Button>
          ) : null
        }
      />
      <div className="mb-3">
        <Facets
          label="What to see"
          options={VIEWS}
          current={show}
          toSearch={(value) => ({ show: value === 'firing' ? undefined : value })}
        />
      </div>
      {show === 'firing' ? <AlertGroups /> : <SilencesList />}
      {silencing ? <SilenceDialog matchers={[]} onClose={() => setSilencing(false)} /> : null}
    </>
  );
}
