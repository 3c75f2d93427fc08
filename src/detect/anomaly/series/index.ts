/** Series of numbers: the detector of one series, and the scan of a CSV file. */

export { expectationText } from './expectation-text.ts';
export { SeriesReader } from './read-csv.ts';
export { type SeriesPoint, type SeriesSummary, scanSeries } from './scan-series.ts';
export { SERIES_ENGINE_VERSION, SeriesDetector, type SeriesVerdict } from './series-detector.ts';
