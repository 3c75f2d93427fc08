/** Names whose values nobody should read, whatever they hold. */
const SECRET_NAME =
  /(?:pass(?:word|wd|phrase)?|secret|token|credential|private[_-]?key|api[_-]?key|access[_-]?key|auth)(?![a-z])/i;

/** True when a variable of this name must be kept like a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.replace(/([a-z])([A-Z])/g, '$1_$2')) && !/(?:file|path|url|name|id)$/i.test(name);
}
