/** A record that cannot be taken; its batch can. */
export class RecordRefusal extends Error {}
