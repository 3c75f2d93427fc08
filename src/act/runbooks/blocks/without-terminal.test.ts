import { afterAll, describe, expect, it } from 'vitest';
import { stopSyntaxThread } from '../syntax/parse-syntax.ts';
import { withoutTerminal } from './without-terminal.ts';

afterAll(stopSyntaxThread);

describe('a terminal that a step asks for and does not have', () => {
  it.each([
    ['docker exec -it web ls', 'docker exec -i web ls'],
    ['docker exec -ti web ls -t', 'docker exec -i web ls -t'],
    ['sudo docker exec -t web ls', 'sudo docker exec web ls'],
    ['docker run --rm --interactive --tty alpine ls', 'docker run --rm --interactive alpine ls'],
    ['docker compose exec -it app php -v', 'docker compose exec -i app php -v'],
    ['docker exec -it a ls && docker exec -it b ls', 'docker exec -i a ls && docker exec -i b ls'],
    ['timeout -k 5 60 sudo docker run -it x sh -c y', 'timeout -k 5 60 sudo docker run -i x sh -c y'],
    ['podman run -dit web', 'podman run -di web'],
  ])('%s becomes %s', async (script, expected) => {
    expect(await withoutTerminal(script)).toBe(expected);
  });

  it.each([
    'docker exec web tar -t -f x',
    'docker run -v /a:/b -t img',
    'docker build -t shop:1 .',
    'docker logs -t web',
    'kubectl exec -it web -- ls',
    'echo "docker exec -it web ls"',
    'ls -t',
  ])('%s is left alone', async (script) => {
    expect(await withoutTerminal(script)).toBe(script);
  });
});
