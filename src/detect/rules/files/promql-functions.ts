/** Types of PromQL. */
export type PromqlType = 'scalar' | 'vector' | 'matrix' | 'string';

/** By letter: scalar, vector, matrix, text. Behind `?` an argument may be left out; behind `*` there may be any number. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  v: 'abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2 rad scalar sgn sin sinh sort sort_desc sqrt tan tanh timestamp histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar',
  m: 'absent_over_time avg_over_time changes count_over_time delta deriv idelta increase irate last_over_time first_over_time mad_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time',
  '?v': 'day_of_month day_of_week day_of_year days_in_month hour minute month year',
  '': 'pi time',
  s: 'vector',
  vs: 'clamp_max clamp_min',
  vss: 'clamp',
  'v?s': 'round',
  'v?v': 'info',
  sv: 'histogram_quantile',
  ssv: 'histogram_fraction',
  sm: 'quantile_over_time',
  ms: 'predict_linear',
  mss: 'holt_winters double_exponential_smoothing',
  vtttt: 'label_replace',
  'vtt*t': 'label_join',
  'v*t': 'sort_by_label sort_by_label_desc',
};
const SCALARS = new Set(['pi', 'time', 'scalar']);
const LETTERS: Readonly<Record<string, PromqlType>> = { s: 'scalar', v: 'vector', m: 'matrix', t: 'string' };

export type Signature = { required: PromqlType[]; optional: PromqlType[]; repeats: boolean; returns: PromqlType };

const SIGNATURES: ReadonlyMap<string, Signature> = new Map(
  Object.entries(ARGUMENTS).flatMap(([letters, names]) =>
    names.split(' ').map((name) => {
      const [required = '', rest = ''] = letters.split(/[?*]/);
      const types = (text: string) => [...text].flatMap((letter) => LETTERS[letter] ?? []);
      const returns: PromqlType = SCALARS.has(name) ? 'scalar' : 'vector';
      return [name, { required: types(required), optional: types(rest), repeats: letters.includes('*'), returns }];
    }),
  ),
);

/** What a function takes; null for one that is newer than this table. */
export const signatureOf = (name: string): Signature | null => SIGNATURES.get(name) ?? null;

/** What an aggregation takes before its vector. */
export const AGGREGATION_PARAMETERS: Readonly<Record<string, PromqlType>> = {
  topk: 'scalar',
  bottomk: 'scalar',
  quantile: 'scalar',
  limitk: 'scalar',
  limit_ratio: 'scalar',
  count_values: 'string',
};
