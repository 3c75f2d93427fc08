import { InvalidArgumentError } from 'commander';

/** `ada@example.com=ada`: whom a name elsewhere means. Repeated, they come together. */
export function collectPerson(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const equals = text.lastIndexOf('=');
  if (equals < 1 || equals === text.length - 1)
    throw new InvalidArgumentError('Write it as "name in the calendar=user".');
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) };
}
