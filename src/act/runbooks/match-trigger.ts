/** True when every label of the trigger is there with the same value; a trigger without labels matches nothing. */
export function matchesTrigger(
  trigger: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  const wanted = Object.entries(trigger);
  return wanted.length > 0 && wanted.every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);
}
