import { startEmbeddedPostgres } from '../../src/platform/db/embedded/start-embedded-postgres.ts';

// A process of its own that owns a data directory, for tests that kill it. Usage: postgres-owner.ts DATA_DIR
// Says one JSON line once the server runs or could not be started; stops cleanly on SIGTERM.

const [, , dataDir = ''] = process.argv;
try {
  const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off', shared_buffers: '16MB' } });
  process.once('SIGTERM', () => server.stop());
  say({ started: { pid: server.pid, connectionString: server.connectionString, socketDir: server.socketDir } });
} catch (error) {
  const { code, message } = error as { code?: unknown; message: string };
  say({ failed: { code, message } });
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
