import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Postmortem } from '../../../../src/contract/incident-postmortem.ts';
import { buttonClasses } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { FactStrip } from '../../components/fact-strip.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { SeverityMark } from '../../components/severity-mark.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { Time } from '../../components/time.tsx';
import { actorWords } from '../../lib/actor-words.ts';
import { formatAbsolute, formatSpan } from '../../lib/format-time.ts';
import { useSession } from '../../lib/use-session.ts';
import { INCIDENT_STATES } from '../../lib/words.ts';
import { PostmortemEditor } from './postmortem-editor.tsx';
import { postmortemPath, postmortemQuery } from './postmortem-query.ts';
import { PostmortemReading } from './postmortem-reading.tsx';

/** What is written about an incident afterwards: the draft from its timeline, or what was last saved. */
export function PostmortemPage(): ReactNode {
  const { id } = useParams({ from: '/app/incidents/$id/postmortem' });
  const { may } = useSession();
  const query = useQuery(postmortemQuery(id));
  if (!query.data) {
    return (
      <>
        <PageHeader title="Postmortem" above={<Link to="/incidents">Incidents</Link>} />
        {query.error ? (
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <SkeletonRows rows={10} what="the postmortem" />
        )}
      </>
    );
  }
  const { postmortem } = query.data;
  return (
    <>
      <PageHeader
        title={`Postmortem: ${postmortem.title}`}
        documentTitle={`Postmortem of ${postmortem.number}`}
        above={
          <>
            <Link to="/incidents" className="hover:underline">
              Incidents
            </Link>
            <Link to="/incidents/$id" params={{ id }} className="hover:underline">
              {postmortem.number}
            </Link>
            <SeverityMark rank={postmortem.severity.rank} label={postmortem.severity.label} />
          </>
        }
        state={<StateMark state={INCIDENT_STATES[postmortem.status]} soft />}
        actions={<Downloads postmortem={postmortem} />}
      />
      {query.error ? <ErrorPanel error={query.error} /> : null}
      <FactStrip
        facts={[
          {
            label: 'Version',
            value:
              postmortem.writtenAt === null ? (
                'Draft from the timeline'
              ) : (
                <>
                  {postmortem.version}, by {actorWords(postmortem.writtenBy ?? '')} <Time at={postmortem.writtenAt} />
                </>
              ),
          },
          { label: 'Began', value: formatAbsolute(postmortem.startedAt) },
          {
            label: 'Lasted',
            value: postmortem.durationMs === null ? 'not over yet' : formatSpan(postmortem.durationMs),
          },
        ]}
      />
      {may('operator') ? (
        <PostmortemEditor key={id} incident={id} read={query.data} />
      ) : (
        <PostmortemReading postmortem={postmortem} />
      )}
    </>
  );
}

/** The server's rendering of what is saved. */
function Downloads({ postmortem }: { postmortem: Postmortem }) {
  return (
    <>
      {[
        { format: 'markdown', ending: 'md', label: 'Markdown' },
        { format: 'html', ending: 'html', label: 'HTML' },
      ].map(({ format, ending, label }) => (
        <a
          key={format}
          className={buttonClasses()}
          href={`${postmortemPath(postmortem.incidentId)}?format=${format}`}
          download={`${postmortem.number}-postmortem.${ending}`}
          title={`As it is saved, as ${label}`}
        >
          <Download aria-hidden="true" size={14} />
          {label}
        </a>
      ))}
    </>
  );
}
