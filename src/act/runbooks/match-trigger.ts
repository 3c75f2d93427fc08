/**
 * True when every label of the trigger is there with the same value; a trigger without labels matches nothing. Its
 * `procedure` is no label: it says which one is started.
 */
export function matchesTrigger(
  trigger: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  const wanted = Object.entries(trigger).filter(([name]) => name !== 'procedure');
  return wanted.length > 0 && wanted.every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);
}
