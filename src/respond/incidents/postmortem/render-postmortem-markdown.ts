import type { Postmortem } from '../../../contract/incident-postmortem.ts';
import { EVIDENCE_WORDS, evidenceAddress } from './evidence-address.ts';
import { clockOf, durationInWords, MOMENT_WORDS } from './moment-words.ts';

const UNWRITTEN = '_Not written yet._';

/**
 * The report as Markdown. What people wrote as prose stays theirs; names and lines of the record are only text.
 * @param baseUrl of links to Holdfast; without it they are ids
 */
export function renderPostmortemMarkdown(postmortem: Postmortem, baseUrl: string | null): string {
  const { timeline } = postmortem;
  const days = new Set(timeline.map(({ at }) => at.slice(0, 10)));
  const lines = timeline.map(({ at, moment, text }) => {
    const words = MOMENT_WORDS[moment];
    return `- ${clockOf(at, days)} - ${words ? `${words}: ` : ''}${plain(text)}`;
  });
  const items = postmortem.actionItems.map(({ text, owner, due, done }) => {
    const who = [owner === null ? null : `owner: ${plain(owner)}`, due === null ? null : `due: ${due}`].filter(Boolean);
    return `- [${done ? 'x' : ' '}] ${plain(text)}${who.length > 0 ? ` (${who.join(', ')})` : ''}`;
  });
  const evidence = postmortem.evidence.map((each) => {
    const address = evidenceAddress(each, baseUrl);
    const place = address === null ? (each.ref ?? '') : `<${address.replace(/[<>\s]/g, encodeURIComponent)}>`;
    return `- ${EVIDENCE_WORDS[each.kind]}: ${plain(each.text)} (${place})`;
  });
  const part = (title: string, body: string) => `### ${title}\n${body.trim() === '' ? UNWRITTEN : body.trim()}\n`;
  return [
    `# ${postmortem.number}: ${plain(postmortem.title)}\n`,
    part(
      'Summary',
      [
        `- **Date/Time**: ${postmortem.startedAt.slice(0, 16).replace('T', ' ')} UTC`,
        `- **Duration**: ${durationInWords(postmortem.durationMs)}`,
        `- **Severity**: ${postmortem.severity.label}`,
        `- **Services Affected**: ${postmortem.services.map(plain).join(', ') || 'not known'}`,
        ...(postmortem.summary.trim() === '' ? [] : ['', postmortem.summary.trim()]),
      ].join('\n'),
    ),
    part('Timeline', lines.join('\n')),
    part('Root Cause', postmortem.rootCause),
    part('Resolution', postmortem.resolution),
    part('Action Items', items.join('\n')),
    ...(evidence.length > 0 ? [part('Evidence', evidence.join('\n'))] : []),
  ].join('\n');
}

/** Text that Markdown and HTML in it take for nothing else. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>#|~&]/g, '\\$&');
}
