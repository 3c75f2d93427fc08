/** How lines are written. */
export const LINE_FORMATS = ['text', 'json'] as const;
export type LineFormat = (typeof LINE_FORMATS)[number];

/** Under which name programs, container runtimes and the journal write what a line says; the first that is there. */
const MESSAGE_NAMES = ['message', 'msg', 'log', 'MESSAGE', 'body', 'text', 'event'];
const OPENING_BRACE = 123;

/**
 * What is judged of a line. Of one written as JSON its message, as the server judges an object's; of an object without
 * one, and of a line that is no object (a start-up banner, a stack trace), the line itself.
 */
export function eventOfLine(format: LineFormat): (line: Uint8Array) => Uint8Array {
  if (format === 'text') return (line) => line;
  return (line) => {
    if (line[0] !== OPENING_BRACE) return line;
    const message = messageIn(line);
    return message === null ? line : Buffer.from(message, 'utf8');
  };
}

function messageIn(line: Uint8Array): string | null {
  try {
    const value = JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8')) as object;
    for (const name of MESSAGE_NAMES) {
      const message = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
      if (typeof message === 'string' && message.trim() !== '') return message.replace(/[\r\n]+$/, '');
    }
    return null;
  } catch {
    return null;
  }
}
