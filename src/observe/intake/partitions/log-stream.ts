import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { HoldfastError } from '../../../platform/errors/holdfast-error.ts';

/** By what it is known that the same bytes were sent again: as long as OTLP's receipts are kept. */
const DUPLICATE_WINDOW_MS = 600_000;
const STREAM_NOT_FOUND_CODE = 10_059;

/** The JetStream stream that records wait in. */
export type StreamOptions = { stream: string; subject: string; replicas: number; mostBytes: number };

/** Another one after the stream was made anew under the same name. */
export const identityOf = ({ config, created }: StreamInfo) => `${config.name} ${created}`;

/** @returns null when there is none of this name */
export async function findStream(manager: JetStreamManager, name: string): Promise<StreamInfo | null> {
  return manager.streams.info(name).catch((thrown: unknown) => {
    if (thrown instanceof JetStreamApiError && thrown.code === STREAM_NOT_FOUND_CODE) return null;
    throw thrown;
  });
}

/** The stream as it must be; made where it is not there. @throws HoldfastError `telemetry.stream-unusable` when somebody made it otherwise */
export async function ensureStream(manager: JetStreamManager, options: StreamOptions): Promise<StreamInfo> {
  const found = await findStream(manager, options.stream);
  if (found) {
    assertUsable(found, options);
    return found;
  }
  return manager.streams.add({
    name: options.stream,
    subjects: [subjectsOf(options)],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    // A record that finds no room is refused and sent again; the oldest is never given up for it.
    discard: DiscardPolicy.New,
    max_bytes: options.mostBytes,
    num_replicas: options.replicas,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  });
}

const subjectsOf = ({ subject }: StreamOptions) => `${subject}.*`;

/** @throws HoldfastError `telemetry.stream-unusable` when somebody made it otherwise than it must be */
export function assertUsable({ config }: StreamInfo, options: StreamOptions): void {
  const subjects = subjectsOf(options);
  const wrong = [
    ...(config.subjects?.includes(subjects) ? [] : [`its subjects lack ${subjects}`]),
    ...(config.retention === RetentionPolicy.Limits ? [] : [`its retention is ${config.retention}, not limits`]),
    ...(config.discard === DiscardPolicy.New ? [] : [`it discards ${config.discard} messages, not new ones`]),
    ...(config.max_age === 0 ? [] : ['it forgets messages by their age']),
    ...(config.duplicate_window >= nanos(DUPLICATE_WINDOW_MS)
      ? []
      : [
          `it forgets what it has seen within ${DUPLICATE_WINDOW_MS / 60_000} minutes, the time in which senders retry`,
        ]),
    ...(config.storage === StorageType.File ? [] : ['it keeps messages in memory']),
  ];
  if (wrong.length === 0) return;
  throw new HoldfastError({
    code: 'telemetry.stream-unusable',
    kind: 'invalid',
    message: `the JetStream stream ${options.stream} cannot be used: ${wrong.join('; ')}`,
    hint: 'Name another one as telemetry.nats.stream, or let Holdfast create it.',
  });
}
