/** A template that cannot be read or carried out, in the words of Go's template packages: people search for them. */
export class TemplateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TemplateError';
  }
}
