import { SOCKET_LINES } from '../risk-table/socket-lines.ts';
import { DYNAMIC } from './shell-words.ts';
import { ENTERED, type Judge, valuesOf } from './special-call.ts';
import { riskiest, type Verdict } from './verdict.ts';

/** nc, socat and telnet: what is said into the socket decides. */
export const judgeSocket: Judge = ({ name, args, input }) => {
  const given = valuesOf(args);
  if (given.some((arg) => /^-[a-z]*z[a-z]*\d*$/.test(arg)))
    return { class: 'check', reason: 'asks whether a port is open' };
  if (given.some((arg) => /^(?:-h|--help|--version|-V)$/.test(arg)))
    return { class: 'read', reason: 'explains itself' };
  if (given.some((arg) => /^-[a-z]*[lec]$|^(?:exec|system):/i.test(arg) && name !== 'telnet'))
    return { class: 'opaque', reason: `${name} listens, or hands a connection to a program` };
  if (input.text !== null) return riskiest(linesOf(input.text).map(judgeSocketLine));
  if (input.from !== 'nothing') return { class: 'opaque', reason: `${name} sends whatever it is given` };
  const places = given.filter((arg) => !arg.startsWith('-'));
  const isPort =
    /^\d+$/.test(places.at(-1) ?? '') || /^\S+:\d+$/.test(places.at(-1) ?? '') || places.at(-1)?.includes(DYNAMIC);
  if (name !== 'socat' && places.length >= 2 && isPort)
    return { class: 'check', reason: 'asks whether a port answers' };
  return name === 'socat' && places.length >= 2
    ? { class: 'opaque', reason: 'socat joins two channels' }
    : { ...ENTERED };
};

const linesOf = (text: string): string[] =>
  text
    .split(/[\n;]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** One line said into an administrative socket. */
function judgeSocketLine(line: string): Verdict {
  const rule = SOCKET_LINES.find((each) => each.line.test(line));
  return rule === undefined
    ? { class: 'opaque', reason: `nothing is known about \`${line.replaceAll(DYNAMIC, '…')}\` said into a socket` }
    : { class: rule.risk, reason: rule.reason };
}
