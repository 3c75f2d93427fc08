import { useQuery } from '@tanstack/react-query';
import { BellOff } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Field, TextInput } from '../../components/field.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { plural } from '../../lib/plural.ts';
import { useSession } from '../../lib/use-session.ts';
import type { StateWords } from '../../lib/words.ts';
import { type Alert, type AlertGroup, alertGroupsQuery } from './alert-queries.ts';
import { LabelList } from './label-list.tsx';
import { matchersOf, splitMatchers } from './matcher-text.ts';
import { SilenceDialog } from './silence-dialog.tsx';

/** Groups of which so many are on the page; a storm is one group. */
const MOST_GROUPS = 100;
const MOST_ALERTS = 50;

const FIRING: StateWords = { word: 'Firing', tone: 'bad', shape: 'dot' };
const SILENCED: StateWords = { word: 'Silenced', tone: 'quiet', shape: 'mute' };
const INHIBITED: StateWords = { word: 'Inhibited', tone: 'quiet', shape: 'stop' };
const OUT_OF_HOURS: StateWords = { word: 'Out of hours', tone: 'quiet', shape: 'pause' };

function stateOf({ status }: Alert): StateWords {
  if (status.silencedBy.length > 0) return SILENCED;
  if (status.inhibitedBy.length > 0) return INHIBITED;
  return status.mutedBy.length > 0 ? OUT_OF_HOURS : FIRING;
}

/** What fires, in the groups it is told in. */
export function AlertGroups() {
  const { may } = useSession();
  const [text, setText] = useState('');
  const [silencing, setSilencing] = useState<string[] | null>(null);
  const read = splitMatchers(text);
  const query = useQuery(alertGroupsQuery(read ?? []));
  const groups = query.data;
  const onSilence = may('operator') ? setSilencing : null;
  return (
    <>
      <div className="mb-3 max-w-140">
        <Field
          label="Only those that match"
          wrong={read === null ? 'Write matchers such as severity="critical", instance=~"db.*".' : null}
        >
          {(attributes) => (
            <TextInput
              {...attributes}
              value={text}
              placeholder='severity="critical"'
              autoCapitalize="none"
              spellCheck={false}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
      </div>
      {query.error ? <ErrorPanel error={query.error} onRetry={() => void query.refetch()} /> : null}
      {!groups ? (
        query.error ? null : (
          <SkeletonRows rows={6} what="the alerts" />
        )
      ) : groups.length === 0 ? (
        <EmptyState
          why={
            text.trim() === ''
              ? 'No alert fires. Point Prometheus here with a sender’s key, or try one:'
              : 'No alert that fires matches.'
          }
          {...(text.trim() === '' ? { command: 'npx holdfast alert send DiskFull node=db-1 severity=critical' } : {})}
        />
      ) : (
        <>
          {groups.slice(0, MOST_GROUPS).map((group) => (
            <Group key={JSON.stringify([group.labels, group.receiver.name])} group={group} onSilence={onSilence} />
          ))}
          {groups.length > MOST_GROUPS ? (
            <p className="text-quiet">and {groups.length - MOST_GROUPS} more groups: narrow them down above.</p>
          ) : null}
        </>
      )}
      {silencing ? <SilenceDialog matchers={silencing} onClose={() => setSilencing(null)} /> : null}
    </>
  );
}

function Group({ group, onSilence }: { group: AlertGroup; onSilence: ((matchers: string[]) => void) | null }) {
  const quiet = group.alerts.filter((alert) => alert.status.state !== 'active').length;
  const named = Object.keys(group.labels).length > 0;
  return (
    <section className="mb-5" aria-label={named ? Object.values(group.labels).join(' ') : 'All alerts'}>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line-strong pb-1">
        <h2 className="min-w-0 font-semibold">{named ? <LabelList labels={group.labels} /> : 'Everything together'}</h2>
        <div className="flex flex-wrap items-center gap-3 text-quiet">
          <span>
            {plural(group.alerts.length, 'alert')}
            {quiet > 0 ? `, ${quiet} quiet` : ''}, told to {group.receiver.name}
          </span>
          {onSilence && named ? (
            <Button onClick={() => onSilence(matchersOf(group.labels))}>
              <BellOff aria-hidden="true" size={14} /> Silence group…
            </Button>
          ) : null}
        </div>
      </div>
      <ul>
        {group.alerts.slice(0, MOST_ALERTS).map((alert) => (
          <li key={alert.fingerprint} className="flex flex-wrap gap-x-4 gap-y-1 border-b border-line py-2">
            <span className="w-28 shrink-0">
              <StateMark state={stateOf(alert)} />
            </span>
            <div className="min-w-0 flex-1 basis-60">
              {alert.annotations['summary'] ? <p className="break-anywhere">{alert.annotations['summary']}</p> : null}
              <LabelList labels={alert.labels} without={Object.keys(group.labels)} />
            </div>
            <span className="shrink-0 text-quiet">
              since <Time at={alert.startsAt} />
            </span>
            {onSilence ? (
              <Button look="quiet" onClick={() => onSilence(matchersOf(alert.labels))}>
                Silence…
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {group.alerts.length > MOST_ALERTS ? (
        <p className="mt-1 text-quiet">and {group.alerts.length - MOST_ALERTS} more</p>
      ) : null}
    </section>
  );
}
