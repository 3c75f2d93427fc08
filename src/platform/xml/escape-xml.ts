/** Text as it may stand in XML, attributes too. XML 1.0 has no place for most control characters, not even escaped. */
export function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '�')
      .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
  );
}
