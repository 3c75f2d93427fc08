/** Why an expression has no value, in Prometheus's words where it has some. */
export class PromqlError extends Error {}
