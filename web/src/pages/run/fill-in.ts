/** `{{name}}` with the value it has. */
export function fillIn(text: string, inputs: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{([^{}]+)\}\}/g, (mark, name: string) => inputs[name.trim()] ?? mark);
}
