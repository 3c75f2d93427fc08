import { createHash } from 'node:crypto';

/** Which partition a stream's records go through: always the same one, so that they stay in order. */
export function partitionOf(stream: { service: string; kind: string }, partitions: number): number {
  return createHash('md5').update(`${stream.kind} ${stream.service}`).digest().readUInt32LE(0) % partitions;
}
