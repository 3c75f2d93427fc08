import { jetstreamManager } from '@nats-io/jetstream';
import { connectNats } from './connect-nats.ts';
import { assertUsable, findStream } from './log-stream.ts';
import type { PartitionLogOptions } from './partition-log.ts';

/** What is there: nothing is created. @throws what NATS says, and HoldfastError when its stream cannot be used */
export async function examineLog(options: PartitionLogOptions): Promise<{
  server: string;
  version: string;
  stream: { messages: number; fullness: number } | null;
}> {
  const connection = await connectNats(options);
  try {
    const found = await findStream(await jetstreamManager(connection), options.stream);
    if (found) assertUsable(found, options);
    return {
      server: connection.getServer(),
      version: connection.info?.version ?? 'of unknown version',
      stream: found && {
        messages: found.state.messages,
        fullness: found.config.max_bytes > 0 ? found.state.bytes / found.config.max_bytes : 0,
      },
    };
  } finally {
    await connection.close();
  }
}
