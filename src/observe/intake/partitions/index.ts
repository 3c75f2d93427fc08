/** Records between being taken and being judged, where several processes judge: partitions in JetStream. */
export { decodeGroup, encodeGroup, type GroupMessage } from './group-message.ts';
export type { LogMessage, LogReader } from './log-reader.ts';
export type { PartitionLog, PartitionLogOptions } from './partition-log.ts';
export { partitionOf } from './partition-of.ts';
