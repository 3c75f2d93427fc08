const LONGEST_LITERAL = 65_536;

/**
 * Bytes in Snappy's block format, as literals alone: every reader takes them, and a few rules' series are not worth more.
 * https://github.com/google/snappy/blob/main/format_description.txt
 */
export function encodeSnappy(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) length.push((rest & 0x7f) | 0x80);
  parts.push(Buffer.from([...length, rest]));
  for (let from = 0; from < bytes.length; from += LONGEST_LITERAL) {
    const literal = bytes.subarray(from, from + LONGEST_LITERAL);
    const last = literal.length - 1;
    // Up to 60 bytes stand in the tag itself; 61 says that the next two bytes hold the length.
    parts.push(last < 60 ? Buffer.from([last << 2]) : Buffer.from([61 << 2, last & 0xff, last >> 8]), literal);
  }
  return Buffer.concat(parts);
}
