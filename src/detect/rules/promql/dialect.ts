/**
 * Whose results: Prometheus 2 counted the sample on the left edge of a window in, Prometheus 3 does not; and some sums
 * are added up more exactly since. https://prometheus.io/docs/prometheus/latest/migration/
 */
export type PromqlDialect = '2' | '3';
