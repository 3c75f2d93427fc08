import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { HoldfastError } from '../platform/errors/holdfast-error.ts';

export type DemoChild = {
  process: ChildProcess;
  /** Closing its stdin asks it to end; resolves when it has. */
  stop(): Promise<void>;
};

const STOP_LIMIT_MS = 20_000;

/**
 * Starts a Node process that ends when we do: its stdin is a pipe of ours, which the kernel closes however we end.
 * @param onLine each line of the given stream
 */
export function startChild(
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; lines: 'stdout' | 'stderr'; onLine: (line: string) => void },
): DemoChild {
  const child = spawn(process.execPath, [...args], { stdio: ['pipe', 'pipe', 'pipe'], env: options.env });
  child.stdin.on('error', () => {});
  createInterface({ input: child[options.lines] }).on('line', options.onLine);
  child[options.lines === 'stdout' ? 'stderr' : 'stdout'].resume();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    process: child,
    async stop() {
      child.stdin.end();
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await ended;
      clearTimeout(limit);
    },
  };
}

/** Resolves with the first line for which `pick` returns something; rejects when the child ends before. */
export function waitForLine<Picked>(
  name: string,
  start: (onLine: (line: string) => void) => DemoChild,
  pick: (line: string) => Picked | null,
): Promise<{ child: DemoChild; picked: Picked }> {
  return new Promise((resolve, reject) => {
    const lastLines: string[] = [];
    const child = start((line) => {
      lastLines.push(line);
      if (lastLines.length > 5) lastLines.shift();
      const picked = pick(line);
      if (picked !== null) resolve({ child, picked });
    });
    child.process.once('close', (code) =>
      reject(
        new HoldfastError({
          code: 'demo.child-ended',
          kind: 'unavailable',
          message: `${name} ended with exit code ${code} before it was ready: ${lastLines.join(' ').slice(-600)}`,
          hint: 'Another demo may be running in the same data folder; choose another with --data.',
        }),
      ),
    );
  });
}

/** A line as JSON, or null. */
export function parseLine(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
