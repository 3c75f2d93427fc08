import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { RunbookDocument as Document } from '../../../../src/contract/runbook.ts';
import { runbookQuery } from '../../api/queries.ts';
import { buttonClasses } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { FactStrip } from '../../components/fact-strip.tsx';
import { SELECT_CLASSES } from '../../components/field.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { SideSection } from '../../components/side-section.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { plural } from '../../lib/plural.ts';
import { useSession } from '../../lib/use-session.ts';
import { procedureAnchor, stepsOf, worstRisk } from './procedure-facts.ts';
import { RunbookDocument } from './runbook-document.tsx';

/** One runbook as the document it is, with what Holdfast reads in it. */
export function RunbookPage(): ReactNode {
  const { _splat: path = '' } = useParams({ from: '/app/runbooks/$' });
  const { may } = useSession();
  const query = useQuery(runbookQuery(path));
  const above = (
    <>
      <Link to="/runbooks" className="hover:underline">
        Runbooks
      </Link>
      <span className="code-face break-anywhere">{path}</span>
    </>
  );
  if (!query.data) {
    return (
      <>
        <PageHeader title="Runbook" above={above} />
        {query.error ? (
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <SkeletonRows rows={10} what="the runbook" />
        )}
      </>
    );
  }
  const { document, text } = query.data;
  const only = document.procedures.length === 1 ? document.procedures[0] : undefined;
  return (
    <>
      <PageHeader
        title={document.title}
        above={above}
        actions={
          only && may('operator') ? (
            <Link to="/runs/new" search={{ runbook: path, procedure: only.slug }} className={buttonClasses('primary')}>
              Start a run…
            </Link>
          ) : null
        }
      />
      <FactStrip
        facts={[
          { label: 'Procedures', value: document.procedures.length },
          {
            label: 'Steps',
            value: document.procedures.reduce((sum, procedure) => sum + stepsOf(procedure).length, 0),
          },
          { label: 'Blocks', value: <BlockClasses document={document} /> },
          { label: 'Version', value: <span className="code-face">{document.sha256.slice(0, 12)}</span> },
        ]}
      />
      {document.procedures.length > 1 ? <JumpToProcedure procedures={document.procedures} /> : null}
      <div className="grid grid-cols-1 gap-x-10 gap-y-6 lg:grid-cols-[minmax(0,1fr)_300px]">
        <RunbookDocument path={path} document={document} text={text} mayStart={may('operator') && !only} />
        <aside
          aria-label="Facts"
          className="min-w-0 lg:sticky lg:top-16 lg:max-h-[calc(100dvh-5rem)] lg:self-start lg:overflow-y-auto"
        >
          <SideSection title="Procedures" count={document.procedures.length}>
            <ul>
              {document.procedures.map((procedure) => {
                const risk = worstRisk(procedure);
                return (
                  <li key={procedure.slug} className="py-1">
                    <a href={`#${procedureAnchor(procedure.slug)}`} className="link break-anywhere">
                      {procedure.title}
                    </a>
                    <p className="flex flex-wrap items-center gap-2 text-quiet">
                      {plural(stepsOf(procedure).length, 'step')}
                      {procedure.severity ? <span>{procedure.severity}</span> : null}
                      {risk ? <RiskBadge risk={risk} /> : null}
                    </p>
                  </li>
                );
              })}
            </ul>
          </SideSection>
          <SideSection title="Inputs" count={document.inputs.length}>
            <ul>
              {document.inputs.map((input) => (
                <li key={input.name} className="flex flex-wrap gap-x-2 py-0.5">
                  <code className="code-face break-anywhere">{input.name}</code>
                  <span className="text-quiet">
                    {input.type}
                    {input.default === null ? (input.required ? ', required' : '') : `, ${input.default}`}
                  </span>
                </li>
              ))}
            </ul>
            {document.inputs.length === 0 ? <p className="text-quiet">It takes none.</p> : null}
          </SideSection>
        </aside>
      </div>
    </>
  );
}

/** Where the list of procedures has no room at the side. */
function JumpToProcedure({ procedures }: { procedures: Document['procedures'] }) {
  return (
    <select
      aria-label="Jump to a procedure"
      className={`${SELECT_CLASSES} mb-2 lg:hidden`}
      value=""
      onChange={(event) => {
        window.location.hash = procedureAnchor(event.target.value);
      }}
    >
      <option value="" disabled>
        Jump to one of {procedures.length} procedures…
      </option>
      {procedures.map((procedure) => (
        <option key={procedure.slug} value={procedure.slug}>
          {procedure.title}
        </option>
      ))}
    </select>
  );
}

function BlockClasses({ document }: { document: Document }) {
  const counts = Map.groupBy(document.blocks, (block) => block.class);
  if (counts.size === 0) return <>none</>;
  return (
    <span className="flex flex-wrap gap-x-3 gap-y-1">
      {[...counts].map(([name, blocks]) => (
        <span key={name} className="inline-flex items-center gap-1">
          {blocks.length} <RiskBadge risk={name} />
        </span>
      ))}
    </span>
  );
}
