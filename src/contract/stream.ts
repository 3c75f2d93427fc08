import { z } from 'zod';
import { timestampSchema } from './common.ts';

export const STREAM_KINDS = ['logs', 'metrics', 'traces'] as const;
export const STREAM_STATES = ['warming', 'active', 'paused', 'evicted'] as const;
export const PROFILE_NAMES = ['sensitive', 'balanced', 'strict'] as const;

const redactionSchema = z.strictObject({
  /** Names whose values are blanked, wherever they are written. */
  keys: z.array(z.string().min(1).max(100)).max(100),
  /** RE2 expressions of what is blanked. */
  patterns: z.array(z.string().min(1).max(500)).max(50),
});

export const streamSettingsSchema = z
  .strictObject({
    profile: z.enum(PROFILE_NAMES),
    /** An event is an anomaly when its p-value is at most this; the profile's unless given. */
    alpha: z.number().min(0.0001).max(0.2),
    /** Windows of so many events, judged as a whole, a new one every `hop` events. */
    window: z
      .strictObject({ events: z.int().min(16).max(2_000), hop: z.int().min(1).max(2_000) })
      .refine(({ events, hop }) => events % hop === 0, 'events is a multiple of hop')
      .refine(({ events, hop }) => events / hop <= 64, 'events is at most 64 times hop')
      .nullable(),
    /** Size of the model: 2 to the power of this many slots. */
    tableBits: z.int().min(15).max(17),
    /** Scores a p-value is ranked among. */
    calibrationSize: z.int().min(450).max(10_000),
    /** The share of records that is kept; 1 keeps all. */
    sampling: z.number().min(0.0001).max(1),
    /** Besides what the configuration blanks everywhere. */
    redaction: redactionSchema,
  })
  .meta({ id: 'StreamSettings' });
export type StreamSettings = z.infer<typeof streamSettingsSchema>;

/** What is given changes, the rest stays; a new profile brings its alpha unless one is given. */
export const changeStreamSchema = streamSettingsSchema.partial().meta({ id: 'ChangeStream' });
export type ChangeStream = z.infer<typeof changeStreamSchema>;

export const streamSchema = z
  .object({
    id: z.string(),
    service: z.string(),
    kind: z.enum(STREAM_KINDS),
    state: z.enum(STREAM_STATES),
    /** Why it is paused or evicted. */
    reason: z.string().nullable(),
    /** Events the model has seen of those it needs before it gives p-values. */
    warming: z.object({ seen: z.int(), needed: z.int() }),
    settings: streamSettingsSchema,
    /** Grows with each edit; the ETag. */
    version: z.int(),
    /** Grows when the model begins anew; event numbers count within it. */
    epoch: z.int(),
    /** Since the model began: events stored, events judged of them, and how many were anomalies. */
    events: z.int(),
    judged: z.int(),
    anomalies: z.int(),
    /** Anomalies of the last 24 hours; those among them that people called normal are false alarms. */
    lastDay: z.object({ events: z.int(), anomalies: z.int(), normal: z.int(), confirmed: z.int() }),
    /** Since the stream is known: what was not judged, and why. Nothing is left out that is not counted here. */
    counted: z.object({
      sampledOut: z.int(),
      refusedWhilePaused: z.int(),
      duplicates: z.int(),
      redactedValues: z.int(),
      evictedSeries: z.int(),
    }),
    memoryBytes: z.int(),
    createdAt: timestampSchema,
    lastAt: timestampSchema,
  })
  .meta({ id: 'Stream' });
export type Stream = z.infer<typeof streamSchema>;

/** The scores of a stretch of time, drawn by so many points: each the strangest of its share of it. */
export const streamScoresSchema = z
  .object({
    from: timestampSchema,
    to: timestampSchema,
    alpha: z.number(),
    /** How many events the points stand for. */
    events: z.int(),
    points: z.array(
      z.object({
        at: timestampSchema,
        /** The strangest event's number, score and p-value. */
        n: z.int(),
        score: z.number(),
        p: z.number().nullable(),
        mean: z.number(),
        events: z.int(),
        anomalies: z.int(),
      }),
    ),
  })
  .meta({ id: 'StreamScores' });
export type StreamScores = z.infer<typeof streamScoresSchema>;

/** A part of what waits in JetStream to be stored and judged, where streams are shared out among processes. */
export const streamPartitionSchema = z
  .object({
    partition: z.int(),
    /** Who reads it; null while nobody does. */
    reader: z.object({ worker: z.string(), host: z.string(), pid: z.int() }).nullable(),
    /** Messages behind the last one that was stored, as its reader saw it then. */
    waiting: z.int(),
    /** JetStream's number of the last message that was stored. */
    position: z.int(),
    movedAt: timestampSchema.nullable(),
    /** Why it does not move. */
    reason: z.string().nullable(),
    streams: z.int(),
  })
  .meta({ id: 'StreamPartition' });
export type StreamPartition = z.infer<typeof streamPartitionSchema>;
