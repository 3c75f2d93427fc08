import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** Requests under way at a stop get this long. */
const LONGEST_DRAIN_MS = 5_000;
const LOOK_EACH_MS = 50;

export type ConnectionDrain = {
  /** Closes connections without a request now and as they become free; those left after the limit too. */
  begin(): void;
};

/**
 * Keeps account of a server's connections for its stop. Node's `closeIdleConnections` leaves those on which no request
 * was ever sent (clients open them ahead), and each would hold up the stop until its client tires of it.
 */
export function createConnectionDrain(server: Server): ConnectionDrain {
  const requests = new Map<Socket, number>();
  server.on('connection', (socket: Socket) => {
    requests.set(socket, 0);
    socket.once('close', () => requests.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    requests.set(socket, (requests.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const count = requests.get(socket);
      if (count !== undefined) requests.set(socket, count - 1);
    });
  });
  return {
    begin() {
      const closeFree = () => {
        for (const [socket, count] of requests) if (count === 0) socket.destroy();
      };
      closeFree();
      const look = setInterval(closeFree, LOOK_EACH_MS);
      const limit = setTimeout(() => server.closeAllConnections(), LONGEST_DRAIN_MS);
      server.once('close', () => {
        clearInterval(look);
        clearTimeout(limit);
      });
    },
  };
}
