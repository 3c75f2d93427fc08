/** Why a whole request is refused. `too-large` is 413 over HTTP, `invalid` 400; over gRPC both are INVALID_ARGUMENT. */
export class IntakeRefusal extends Error {
  readonly kind: 'invalid' | 'too-large' | 'media-type';
  constructor(kind: IntakeRefusal['kind'], message: string) {
    super(message);
    this.name = 'IntakeRefusal';
    this.kind = kind;
  }
}
