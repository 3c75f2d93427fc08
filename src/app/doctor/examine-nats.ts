import type { PartitionLogOptions } from '../../observe/intake/partitions/index.ts';
import { messageOf } from '../../platform/errors/holdfast-error.ts';
import { bad, type Examined, good, warning } from './examined.ts';

const NAME = 'JetStream';

/** Where records wait for whoever judges them: reachable, and with the stream as it must be. Nothing is created. */
export async function examineNats(options: PartitionLogOptions): Promise<Examined> {
  const { examineLog } = await import('../../observe/intake/partitions/examine-log.ts');
  try {
    const { server, version, stream } = await examineLog(options);
    const what = `NATS ${version} at ${server}`;
    if (stream === null) return good(NAME, `${what}; the stream ${options.stream} will be created`);
    if (stream.fullness < 0.8) return good(NAME, `${what}, stream ${options.stream}, ${stream.messages} messages wait`);
    return warning(
      NAME,
      `${what}: the stream ${options.stream} is ${Math.round(stream.fullness * 100)} % full`,
      'See which process should read it with `holdfast stream partitions`; beyond its size senders are asked to wait.',
    );
  } catch (thrown) {
    return bad(
      NAME,
      `${options.servers.join(', ')}: ${messageOf(thrown)}`,
      'Start nats-server with -js, or correct telemetry.nats; records are refused until then.',
    );
  }
}
