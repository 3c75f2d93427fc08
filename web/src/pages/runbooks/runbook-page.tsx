import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { LintFinding } from '../../../../src/contract/runbook-lint.ts';
import { lintQuery, runbookQuery, runbookVersionQuery } from '../../api/queries.ts';
import { buttonClasses } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Facets } from '../../components/facets.tsx';
import { FactStrip } from '../../components/fact-strip.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useListKeys } from '../../components/use-list-keys.ts';
import { useSession } from '../../lib/use-session.ts';
import { LintCounts } from './lint-counts.tsx';
import { LintView } from './lint-view.tsx';
import { worstOf } from './procedure-facts.ts';
import { RunbookContents } from './runbook-contents.tsx';
import { RunbookDocument } from './runbook-document.tsx';
import { VersionsView } from './versions-view.tsx';

const NO_FINDINGS: readonly LintFinding[] = [];

/** One runbook as the document it is, with what Holdfast reads in it, what is wrong with it, and what it was. */
export function RunbookPage(): ReactNode {
  useListKeys();
  const { _splat: path = '' } = useParams({ from: '/app/runbooks/$' });
  const search = useSearch({ from: '/app/runbooks/$' });
  const { show = 'document', version } = search;
  const { may } = useSession();
  const current = useQuery({ ...runbookQuery(path), enabled: version === undefined });
  const older = useQuery({ ...runbookVersionQuery(path, version ?? ''), enabled: version !== undefined });
  const query = version === undefined ? current : older;
  const lint = useQuery({ ...lintQuery(path), enabled: version === undefined });
  const above = (
    <>
      <Link to="/runbooks" className="hover:underline">
        Runbooks
      </Link>
      <span className="code-face break-anywhere">{path}</span>
    </>
  );
  // A removed file still has its versions.
  if (!query.data && show !== 'versions') {
    return (
      <>
        <PageHeader title="Runbook" above={above} />
        {query.error ? (
          <ErrorPanel error={query.error} onRetry={() => void query.refetch()}>
            <Link to="." search={{ show: 'versions' }} className="link">
              See the versions that were kept of it
            </Link>
          </ErrorPanel>
        ) : (
          <SkeletonRows rows={10} what="the runbook" />
        )}
      </>
    );
  }
  const document = query.data?.document;
  const text = query.data?.text ?? '';
  const findings = version === undefined ? (lint.data?.items ?? NO_FINDINGS) : NO_FINDINGS;
  const only = document?.procedures.length === 1 ? document.procedures[0] : undefined;
  const worst = document ? worstOf(document) : null;
  const runnable = version === undefined && may('operator');
  return (
    <>
      <PageHeader
        title={document?.title ?? path}
        above={above}
        actions={
          only && runnable ? (
            <Link to="/runs/new" search={{ runbook: path, procedure: only.slug }} className={buttonClasses('primary')}>
              Start a run…
            </Link>
          ) : null
        }
      />
      {document ? (
        <FactStrip
          facts={[
            { label: 'Procedures', value: document.procedures.length },
            { label: 'Riskiest', value: worst ? <RiskBadge risk={worst} /> : 'nothing runs' },
            { label: 'Inputs', value: document.inputs.length === 0 ? 'none' : document.inputs.length },
            {
              label: 'Lint',
              value:
                version !== undefined ? (
                  'the current version’s only'
                ) : lint.data ? (
                  <LintCounts
                    counts={{
                      errors: findings.filter((finding) => finding.severity === 'error').length,
                      warnings: findings.filter((finding) => finding.severity === 'warning').length,
                    }}
                  />
                ) : lint.error ? (
                  'could not be read'
                ) : (
                  'reading…'
                ),
            },
            { label: 'Version', value: <span className="code-face">{document.sha256.slice(0, 12)}</span> },
          ]}
        />
      ) : null}
      <div className="mb-3">
        <Facets
          label="Parts of the runbook"
          current={show}
          options={[
            { value: 'document', label: 'Document' },
            { value: 'findings', label: `Findings${lint.data ? ` ${findings.length}` : ''}` },
            { value: 'versions', label: 'Versions' },
          ]}
          toSearch={(value) => (value === 'document' ? {} : { show: value })}
        />
      </div>
      {lint.error && show !== 'versions' ? <ErrorPanel error={lint.error} onRetry={() => void lint.refetch()} /> : null}
      {version !== undefined && show === 'document' ? (
        <p role="note" className="mb-3 rounded-md border border-ask bg-ask-soft px-3 py-2">
          This is an older text, version <span className="code-face">{version.slice(0, 12)}</span>; it cannot be
          started.{' '}
          <Link to="." search={{}} className="link">
            See the current one
          </Link>
        </p>
      ) : null}
      {show === 'versions' ? <VersionsView path={path} from={search.from} to={search.to} /> : null}
      {show === 'findings' ? <LintView findings={findings} text={text} known={lint.data !== undefined} /> : null}
      {show === 'document' && document ? (
        <>
          <RunbookContents document={document} />
          <RunbookDocument
            path={path}
            document={document}
            text={text}
            findings={findings}
            mayStart={runnable && !only}
          />
        </>
      ) : null}
    </>
  );
}
