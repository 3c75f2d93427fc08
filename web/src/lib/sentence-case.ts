/** The first letter as a sentence begins; a name that a message is about (`body.name: …`) stays as it is written. */
export function sentenceCase(text: string): string {
  return /^[\w.-]+: /.test(text) ? text : text.slice(0, 1).toUpperCase() + text.slice(1);
}
