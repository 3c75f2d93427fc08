/** Streams shared out among several processes, by partitions of what is taken. */
export { type PartitionOffice, startPartitionOffice } from './partition-office.ts';
export { listPartitions } from './partition-store.ts';
