/**
 * What one request may cost. Each is refused with its own sentence, before it is spent: compressed bytes while they
 * arrive, decompressed bytes while they are unpacked, depth before anything is built from it.
 */
export const INTAKE_LIMITS = {
  /** Of a body as it is sent; gRPC's messages too. */
  bodyBytes: 16 * 1024 * 1024,
  /** Of a body once unpacked: a bomb stops here. */
  unpackedBytes: 32 * 1024 * 1024,
  /** Log records, data points or spans of one request. */
  records: 200_000,
  /** Fields of a protobuf body, or values of a JSON one: two bytes can become an object of sixty. */
  values: 4_000_000,
  /** Of one event, in UTF-8. */
  eventBytes: 256 * 1024,
  /** Values within values, of bodies and attributes. */
  depth: 16,
  /** Brackets within brackets of a JSON body, whatever they mean. */
  jsonDepth: 64,
  /** Attributes of one record. */
  attributes: 256,
  /** Of a service's or a metric's name. */
  nameChars: 200,
  /** Of a metric's name and attributes, written out. */
  seriesChars: 2_000,
} as const;
