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

/** XML 1.0 has no place for most control characters, not even escaped. */
function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '�')
      .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
  );
}
