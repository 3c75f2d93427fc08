/** Who did something, as people say it. The record keeps `user:ada`, `key:ci`, `cli:local`, `system`. */
export function actorWords(actor: string): string {
  if (actor === 'system') return 'Holdfast';
  const [kind, ...rest] = actor.split(':');
  const name = rest.join(':');
  switch (kind) {
    case 'user':
      return name;
    case 'key':
      return `key ${name}`;
    case 'cli':
      return 'the local command line';
    default:
      return actor;
  }
}
