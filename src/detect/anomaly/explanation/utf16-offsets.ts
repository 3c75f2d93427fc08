/**
 * Turns byte offsets of one event into UTF-16 offsets of its text. Offsets must
 * stand at ASCII bytes or ends, as those of tokens do: there a piece decodes to
 * the same as it does within the whole, broken UTF-8 included.
 *
 * @param bytes the event; @param offsets ascending byte offsets
 */
export function utf16Offsets(bytes: Uint8Array, offsets: readonly number[]): number[] {
  let isAscii = true;
  for (const byte of bytes) {
    if (byte >= 128) {
      isAscii = false;
      break;
    }
  }
  if (isAscii) return [...offsets];
  let at = 0;
  let length = 0;
  return offsets.map((offset) => {
    if (offset > at) length += decodeEvent(bytes.subarray(at, offset)).length;
    at = offset;
    return length;
  });
}

/** The text of an event: UTF-8, what is not becomes U+FFFD; a byte order mark is a character like others. */
export function decodeEvent(bytes: Uint8Array): string {
  return keepingMark.decode(bytes);
}

const keepingMark = new TextDecoder('utf-8', { ignoreBOM: true });
