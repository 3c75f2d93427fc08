import { isUtf8 } from 'node:buffer';
import { INTAKE_LIMITS } from './intake-limits.ts';
import { IntakeRefusal } from './intake-refusal.ts';

/**
 * JSON of a stranger. Brackets are counted before anything is built from them: JSON has no entities, so depth and size
 * are all a small body can be made large by.
 * @throws IntakeRefusal
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new IntakeRefusal('invalid', 'the body is not UTF-8');
  assertShallow(bytes);
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    throw new IntakeRefusal('invalid', 'the body is not valid JSON');
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function assertShallow(bytes: Uint8Array): void {
  let depth = 0;
  let values = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      values += 1;
      if (depth > INTAKE_LIMITS.jsonDepth)
        throw new IntakeRefusal('invalid', `the JSON is nested deeper than ${INTAKE_LIMITS.jsonDepth}`);
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    else if (byte === 0x2c) values += 1;
  }
  if (values > INTAKE_LIMITS.values)
    throw new IntakeRefusal('too-large', `the JSON has more than ${INTAKE_LIMITS.values} values`);
}
