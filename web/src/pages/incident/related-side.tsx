import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Incident, RelatedFinding } from '../../../../src/contract/incident.ts';
import type { ListPage } from '../../api/list-query.ts';
import { getJson } from '../../api/request.ts';
import { SideSection } from '../../components/side-section.tsx';
import { formatSpan } from '../../lib/format-time.ts';

const SHOWN = 5;

/** Findings that may be part of it; nothing where there are none. */
export function RelatedSide({ incident }: { incident: Incident }) {
  const path = `/api/v1/incidents/${encodeURIComponent(incident.id)}/related`;
  const related = useQuery({
    queryKey: ['incidents', 'related', incident.id],
    queryFn: ({ signal }) => getJson<ListPage<RelatedFinding>>(path, signal),
    enabled: incident.mergedInto === null,
  }).data?.items;
  if (!related || related.length === 0) return null;
  return (
    <SideSection title="May belong to it" count={related.length}>
      {related.slice(0, SHOWN).map(({ finding, shared, afterMs }) => (
        <div key={finding.id} className="py-1">
          <Link to="/findings/$id" params={{ id: finding.id }} className="link break-anywhere">
            {finding.title}
          </Link>
          <p className="text-quiet break-anywhere">
            {shared.length > 0 ? `${shared.join(', ')}; ` : ''}began {formatSpan(Math.abs(afterMs))}{' '}
            {afterMs < 0 ? 'before' : 'after'} it
            {finding.incidentId ? (
              <>
                {', '}
                <Link to="/incidents/$id" params={{ id: finding.incidentId }} className="link">
                  in another incident
                </Link>
              </>
            ) : null}
          </p>
        </div>
      ))}
    </SideSection>
  );
}
