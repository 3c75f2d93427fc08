import { connect } from 'node:net';
import type { ProbeCheck, TcpProbe } from '../probe-spec.ts';

/** Healthy when a connection is accepted. */
export const checkTcp: ProbeCheck<TcpProbe> = (spec, signal) =>
  new Promise((resolve) => {
    const address = `${spec.host}:${spec.port}`;
    const socket = connect({ host: spec.host, port: spec.port, signal });
    const answer = (healthy: boolean, reason: string) => {
      socket.destroy();
      resolve({ healthy, reason });
    };
    socket.setTimeout(spec.timeoutMs, () => answer(false, `${address} did not accept within ${spec.timeoutMs} ms`));
    socket.once('connect', () => answer(true, `${address} accepts connections`));
    socket.once('error', (error) => answer(false, `${address}: ${error.message}`));
  });
