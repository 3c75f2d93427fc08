import type { Postmortem } from '../../contract/incident-postmortem.ts';
import {
  clockOf,
  durationInWords,
  EVIDENCE_WORDS,
  evidenceAddress,
  MOMENT_WORDS,
} from '../../respond/incidents/index.ts';
import { escapeHtml, renderPage } from '../render-page.ts';
import { renderProse } from './render-prose.ts';

const UNWRITTEN = '<p class="quiet">Not written yet.</p>';

/**
 * The report as a page of its own, to read, print or send.
 * @param baseUrl of links to Holdfast; without it they are ids
 */
export function renderPostmortemPage(postmortem: Postmortem, baseUrl: string | null): string {
  const { timeline, actionItems } = postmortem;
  const days = new Set(timeline.map(({ at }) => at.slice(0, 10)));
  const facts: [string, string][] = [
    ['Date/Time', `${postmortem.startedAt.slice(0, 16).replace('T', ' ')} UTC`],
    ['Duration', durationInWords(postmortem.durationMs)],
    ['Severity', postmortem.severity.label],
    ['Services affected', postmortem.services.join(', ') || 'not known'],
  ];
  const told = timeline.map(({ at, moment, text }) => [
    clockOf(at, days),
    MOMENT_WORDS[moment] ? `${MOMENT_WORDS[moment]}: ${text}` : text,
  ]);
  const items = actionItems.map(({ text, owner, due, done }) => [done ? 'done' : 'open', text, owner ?? '', due ?? '']);
  const evidence = postmortem.evidence.map((each) => {
    const address = evidenceAddress(each, baseUrl);
    const text = `${EVIDENCE_WORDS[each.kind]}: ${each.text}`;
    const shown = escapeHtml(address ?? each.ref ?? '');
    return `<li>${escapeHtml(text)} (${address === null ? shown : `<a href="${shown}" rel="noreferrer">${shown}</a>`})</li>`;
  });
  const part = (title: string, html: string) => `<h2>${title}</h2>\n${html || UNWRITTEN}`;
  const body = [
    `<h1>${escapeHtml(`${postmortem.number}: ${postmortem.title}`)}</h1>`,
    postmortem.version === 0 ? '<p class="quiet">Draft from the timeline; nobody has edited it yet.</p>' : '',
    table(facts),
    renderProse(postmortem.summary),
    part('Timeline', table(told)),
    part('Root cause', renderProse(postmortem.rootCause)),
    part('Resolution', renderProse(postmortem.resolution)),
    part('Action items', table(items, ['State', 'What', 'Owner', 'Due'])),
    postmortem.evidence.length > 0 ? `<h2>Evidence</h2>\n<ul>\n${evidence.join('\n')}\n</ul>` : '',
  ];
  return renderPage({ title: `Postmortem of ${postmortem.number}`, body: body.filter(Boolean).join('\n') });
}

/** The first cell of each row is its heading. */
function table(rows: readonly (readonly string[])[], head: readonly string[] = []): string {
  if (rows.length === 0) return '';
  const cells = ([first = '', ...others]: readonly string[]) =>
    `<tr><th scope="row">${escapeHtml(first)}</th>${others.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
  const headings =
    head.length > 0
      ? `<thead><tr>${head.map((word) => `<th scope="col">${escapeHtml(word)}</th>`).join('')}</tr></thead>\n`
      : '';
  return `<table>\n${headings}<tbody>\n${rows.map(cells).join('\n')}\n</tbody>\n</table>`;
}
