import { once } from 'node:events';

/** Result lines, written when there is enough of them, waiting for a slow reader instead of piling up. */
export class BufferedLines {
  private pending: string[] = [];
  private readonly stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream = process.stdout) {
    this.stream = stream;
  }

  add(line: string): void {
    this.pending.push(line);
  }

  async flush(): Promise<void> {
    if (this.pending.length === 0) return;
    const text = `${this.pending.join('\n')}\n`;
    this.pending = [];
    if (!this.stream.write(text)) await once(this.stream, 'drain');
  }
}
