import { escapeXml } from '../../platform/xml/escape-xml.ts';
import type { PublicState } from '../../respond/status-page/index.ts';

/** Every update of every notice as an Atom feed (RFC 4287), newest first. */
export function renderAtom(state: PublicState): string {
  const entries = state.notices
    .flatMap((notice) => notice.updates.map((update) => ({ notice, update })))
    .sort((left, right) => right.update.at.getTime() - left.update.at.getTime());
  const updated = entries[0]?.update.at ?? state.now;
  const { page } = state;
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${escapeXml(`${page.url}/history.atom`)}</id>
  <title>${escapeXml(`${page.name} status`)}</title>
  <updated>${updated.toISOString()}</updated>
  <author><name>${escapeXml(page.name)}</name></author>
  <link rel="self" href="${escapeXml(`${page.url}/history.atom`)}"/>
  <link rel="alternate" href="${escapeXml(page.url)}"/>
${entries
  .map(
    ({ notice, update }) => `  <entry>
    <id>${escapeXml(`${page.url}#${update.id}`)}</id>
    <title>${escapeXml(`${notice.name}: ${update.status.replaceAll('_', ' ')}`)}</title>
    <updated>${update.at.toISOString()}</updated>
    <published>${update.at.toISOString()}</published>
    <link rel="alternate" href="${escapeXml(`${page.url}#${notice.id}`)}"/>
    <content type="text">${escapeXml(update.body)}</content>
  </entry>`,
  )
  .join('\n')}
</feed>
`;
}
