import type { AnomalyDetail } from '../../../contract/anomaly.ts';

/** An anomaly as a model found it, before it has a row. */
export type FoundAnomaly = {
  what: AnomalyDetail['what'];
  n: number;
  /** Milliseconds since 1970. */
  at: number;
  severity: 1 | 2 | 3 | 4;
  score: number;
  p: number;
  /** What anomalies of one cause share. */
  cause: string;
  summary: string;
  /** Whether the last events hold more anomalies than chance explains; then how many of how many. */
  burst: { anomalies: number; events: number } | null;
  detail: Pick<
    AnomalyDetail,
    | 'alpha'
    | 'calibrationSize'
    | 'event'
    | 'attributes'
    | 'bits'
    | 'spans'
    | 'template'
    | 'nearest'
    | 'values'
    | 'point'
    | 'window'
    | 'trace'
  >;
};

export const EMPTY_DETAIL: FoundAnomaly['detail'] = {
  alpha: 0,
  calibrationSize: 0,
  event: null,
  attributes: {},
  bits: null,
  spans: [],
  template: null,
  nearest: null,
  values: [],
  point: null,
  window: null,
  trace: null,
};
