import { REMOTE } from '../risk/container-commands.ts';
import type { ShellWord } from '../risk/shell-words.ts';
import { afterWrapper, WRAPPERS } from '../risk/wrappers.ts';

/** The program a word names, without its folder; `k` is what many call kubectl. */
export function toolName(word: ShellWord): string {
  const name = word.value.replace(/^.*\//, '');
  return name === 'k' ? 'kubectl' : name;
}

/**
 * Where in a command line a tool's name may stand: at its head, behind wrappers, in a container or on another host;
 * `behindClocks` also looks behind `timeout`.
 */
export function toolPlaces(words: readonly ShellWord[], behindClocks = false): number[] {
  const places: number[] = [];
  let at = 0;
  for (let depth = 0; depth < 8 && at < words.length; depth++) {
    places.push(at);
    const name = toolName(words[at]!);
    const next = insideOf(name, words.slice(at + 1), behindClocks);
    if (next === undefined) break;
    at = words.length - next.length;
  }
  return places;
}

/** The words of the command that this one runs, if it runs one. */
function insideOf(name: string, args: readonly ShellWord[], behindClocks: boolean): readonly ShellWord[] | undefined {
  // What already has a clock needs no other.
  if (name === 'timeout' && !behindClocks) return undefined;
  const wrapper = WRAPPERS[name];
  if (wrapper !== undefined && Object.hasOwn(WRAPPERS, name)) return afterWrapper(wrapper, args);
  const dashes = args.findIndex((arg) => arg.value === '--');
  if (/^(?:kubectl|oc|crictl|nomad|lxc|docker|docker-compose|podman|nerdctl|vagrant)$/.test(name)) {
    const verb = args.findIndex((arg) => /^(?:exec|rsh|run)$/.test(arg.value));
    if (verb < 0) return undefined;
    return dashes > verb
      ? args.slice(dashes + 1)
      : afterWrapper(
          {
            valueOptions: ['-n', '-c', '-u', '-e', '-w', '--user', '--env', '--index', '--name', '-v', '--network'],
            ownWords: 1,
          },
          args.slice(verb + 1),
        );
  }
  if (name === 'ssh') {
    return afterWrapper(
      {
        valueOptions: ['-p', '-i', '-l', '-o', '-F', '-J', '-L', '-R', '-D', '-c', '-E', '-e', '-m', '-b', '-W', '-S'],
        ownWords: 1,
      },
      args,
    );
  }
  // `bundle exec sidekiq`, `d8 k logs -f x`: the verb is the program, or stands before it.
  const remote = (REMOTE[name] ?? []).find((each) => args.some((arg) => each.verb.test(arg.value)));
  if (remote !== undefined) {
    const verb = args.findIndex((arg) => remote.verb.test(arg.value));
    return remote.itself ? args.slice(verb) : afterWrapper(remote, args.slice(verb + 1));
  }
  return dashes >= 0 ? args.slice(dashes + 1) : undefined;
}
