import { queryOptions } from '@tanstack/react-query';
import type { Anomaly, AnomalyDetail } from '../../../../src/contract/anomaly.ts';
import type { Stream, StreamScores } from '../../../../src/contract/stream.ts';
import { listQuery, toQuery } from '../../api/list-query.ts';
import { getJson } from '../../api/request.ts';

export type AnomalyFilter = {
  stream?: string;
  cause?: string;
  severity?: number;
  feedback?: 'normal' | 'confirmed' | 'none';
};

export const anomalyList = (filter: AnomalyFilter = {}) => listQuery<Anomaly>('anomalies', filter);
export const anomalyQuery = (id: string) =>
  queryOptions({
    queryKey: ['anomalies', 'one', id],
    queryFn: ({ signal }) => getJson<AnomalyDetail>(`/api/v1/anomalies/${encodeURIComponent(id)}`, signal),
  });

export const streamList = (filter: { kind?: Stream['kind']; state?: Stream['state'] } = {}) =>
  listQuery<Stream>('streams', filter);
export const streamQuery = (id: string) =>
  queryOptions({
    queryKey: ['streams', 'one', id],
    queryFn: ({ signal }) => getJson<Stream>(`/api/v1/streams/${encodeURIComponent(id)}`, signal),
  });

/** What is drawn: all that is kept when no range is chosen. */
export type ScoreRange = { from: string; to: string } | null;

export const scoresQuery = (id: string, range: ScoreRange, points: number) =>
  queryOptions({
    queryKey: ['streams', 'scores', id, range, points],
    queryFn: ({ signal }) =>
      getJson<StreamScores>(
        `/api/v1/streams/${encodeURIComponent(id)}/scores${toQuery({ ...(range ?? {}), points })}`,
        signal,
      ),
  });
