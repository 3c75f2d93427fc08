/** An alert as some other program sent it, in words Alertmanager's intake takes. */
export type SentAlert = {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  generatorURL?: string;
  startsAt?: string;
  /** Absent while it fires. */
  endsAt?: string;
};

/** What was sent is not of the shape it has to be; `errors` name each field. */
export class UnreadableEvent extends Error {
  readonly errors: readonly string[];
  constructor(errors: readonly string[]) {
    super(errors.join('; '));
    this.errors = errors;
  }
}

const LONGEST_TEXT = 8_192;

/** A value of JSON as a label or annotation: texts as they are, the rest as JSON. */
export function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
  return clean(text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text);
}

/** Without what no database keeps: NUL and halves of characters. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '�');
}

/** Without the names that have no value. */
export function withoutEmpty(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== ''));
}
