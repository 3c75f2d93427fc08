import type { RunbookDocument as Document } from '../../../../src/contract/runbook.ts';
import { RiskBadge } from '../../components/risk-badge.tsx';
import { plural } from '../../lib/plural.ts';
import { lineAnchor } from './line-anchor.ts';
import { procedureAnchor, stepsOf, worstRisk } from './procedure-facts.ts';

/** More than these push the document off the screen: folded then. */
const OPEN_AT_MOST = 5;

/** The procedures with what each may do, and the inputs with where they are used. */
export function RunbookContents({ document }: { document: Document }) {
  const { procedures, inputs } = document;
  if (procedures.length <= 1 && inputs.length === 0) return null;
  return (
    <details open={procedures.length <= OPEN_AT_MOST && inputs.length <= OPEN_AT_MOST} className="mb-4">
      <summary className="min-h-7 py-1 font-semibold">
        {[
          procedures.length > 1 ? plural(procedures.length, 'procedure') : null,
          inputs.length > 0 ? plural(inputs.length, 'input') : null,
        ]
          .filter((part) => part !== null)
          .join(', ')}
      </summary>
      <div className="grid grid-cols-1 gap-x-10 gap-y-3 border-b border-line pb-3 lg:grid-cols-2">
        {procedures.length > 1 ? (
          <ul aria-label="Procedures">
            {procedures.map((procedure) => {
              const risk = worstRisk(procedure);
              return (
                <li key={procedure.slug} className="flex flex-wrap items-center gap-x-2 py-1">
                  <a href={`#${procedureAnchor(procedure.slug)}`} className="link break-anywhere">
                    {procedure.title}
                  </a>
                  <span className="text-quiet">{plural(stepsOf(procedure).length, 'step')}</span>
                  {procedure.severity ? <span className="text-quiet">{procedure.severity}</span> : null}
                  {risk ? <RiskBadge risk={risk} /> : null}
                </li>
              );
            })}
          </ul>
        ) : null}
        <ul aria-label="Inputs">
          {inputs.map((input) => (
            <li key={input.name} id={`input-${input.name}`} className="flex flex-wrap gap-x-2 py-1">
              <code className="code-face break-anywhere">{input.name}</code>
              <span className="text-quiet break-anywhere">
                {input.type}
                {input.default === null ? (input.required ? ', required' : '') : `, ${input.default} unless given`}
              </span>
              {input.at.slice(0, 4).map((place) => (
                <a key={`${place.line}:${place.column}`} href={`#${lineAnchor(place.line)}`} className="link">
                  line {place.line}
                </a>
              ))}
              {input.at.length > 4 ? <span className="text-quiet">and {input.at.length - 4} more</span> : null}
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}
