/** A command that never ends by itself, and its bounded form. */
export type EndlessCommand = {
  names: readonly string[];
  /** The words after the name that are not options must begin like this. */
  verb?: RegExp;
  /** At least one of these must be there; with `drop` they are taken out. */
  flags?: RegExp;
  /** None of these may be there. */
  unless?: RegExp;
  bound: 'drop-flags' | 'append' | 'replace' | 'rename' | 'unwrap' | 'time-box' | 'door';
  /** What is appended, or what the command is replaced by. */
  text?: string;
  why: string;
  examples: readonly string[];
};
