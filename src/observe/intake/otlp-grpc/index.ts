/** OTLP over gRPC. Apart from the rest, because only who serves it loads its library. */
export { type ExportFailure, startOtlpGrpc } from './start-otlp-grpc.ts';
