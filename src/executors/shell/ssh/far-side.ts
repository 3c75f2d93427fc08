import { createHash } from 'node:crypto';
import { TOKEN_VARIABLE } from '../../../platform/process/kill-by-token.ts';
import { GATE_FD, PREAMBLE_FD, SCRIPT_FD, STATUS_FD, SYNTAX_FD } from '../shell-preamble.ts';

/** Between two signs of life of ours. */
export const SIGN_OF_LIFE_EVERY_MS = 15_000;
/** Without one for so long, the far side takes the connection for lost and ends the step. */
const SILENCE_S = 60;
/** What is left of a step that was asked to end is ended by force after the first, and given up after the second. */
const TERM_GRACE_S = 3;
const KILL_GRACE_S = 2;
const LOOK_EVERY_S = 0.2;
/** How long the far side may take to end a step, with some time for the way and for a host that is busy. */
export const FAR_END_WITHIN_MS = (TERM_GRACE_S + KILL_GRACE_S) * 1_000 + 5_000;

/** What we say to the far side on its stdin. */
export const SIGN_OF_LIFE = 'alive\n';
export const END_WORD = 'end\n';
/** What the far side says where it did not begin, or could not look. */
export const ALREADY_ENDED = 'already-ended';
export const NO_ROOM = 'no-room';
export const CUT_SHORT = 'cut-short';
export const CANNOT_LOOK = 'cannot-look';

const FUNCTIONS = String.raw`
__hf_places=(/dev/shm "\${TMPDIR:-/tmp}" /tmp "\${HOME:-/var/tmp}")
__hf_say() {
  printf '\0%s end\n' "$__hf_nonce"
  printf '\0%s end\n%s\n' "$__hf_nonce" "$1" >&${STATUS_FD}
}
__hf_take() { IFS= LC_ALL=C read -r -d '' -u 8 "$1"; }
__hf_find() {
  local file entry pid LC_ALL=C IFS=
  __hf_pids=()
  for file in /proc/[0-9]*/environ; do
    [ -r "$file" ] || continue
    while read -r -d '' entry; do
      [ "$entry" = "${TOKEN_VARIABLE}=$__hf_token" ] || continue
      pid=\${file#/proc/}
      __hf_pids+=("\${pid%/environ}")
      break
    done <"$file"
  done
}
__hf_signal() {
  if [ -n "$__hf_step" ]; then kill "-$1" -- "-$__hf_step"; fi
  if [ \${#__hf_pids[@]} -gt 0 ]; then kill "-$1" "\${__hf_pids[@]}"; fi
}
__hf_gone() {
  __hf_find
  [ \${#__hf_pids[@]} = 0 ] || return 1
  [ -z "$__hf_step" ] || ! kill -0 -- "-$__hf_step"
}
__hf_end() {
  local until=$((SECONDS + ${TERM_GRACE_S}))
  __hf_gone && return
  __hf_signal TERM
  __hf_signal CONT
  while [ "$SECONDS" -le "$until" ]; do
    sleep ${LOOK_EVERY_S} || sleep 1
    __hf_gone && return
  done
  until=$((SECONDS + ${KILL_GRACE_S}))
  while [ "$SECONDS" -le "$until" ]; do
    __hf_signal KILL
    sleep ${LOOK_EVERY_S} || sleep 1
    __hf_gone && return
  done
  return 1
}
`;

/**
 * Carries out a step on the far side, in a session of sshd; the step is a process group of its own within it.
 * - What it needs comes on stdin in full before anything begins: a connection that breaks off runs no half script.
 * - The script lies in a file that only this account can read, in memory where there is such a place (a full disk is what
 *   many a runbook is about), and is nameless before the step runs; without /dev/fd it keeps its name until the step ends.
 * - A folder of the attempt's name, left by whoever ended it, keeps an attempt that comes late from beginning.
 * - stdin then carries signs of life. Their end, or the word to end, ends the step with everything that has its token.
 */
const SUPERVISOR = String.raw`
exec ${STATUS_FD}>&2 2>/dev/null 8<&0 </dev/null
__hf_refuse() { __hf_say "$1"; exit 1; }
__hf_take __hf_id && __hf_take __hf_token && __hf_take __hf_preamble && __hf_take __hf_script &&
  __hf_take __hf_count || __hf_refuse ${CUT_SHORT}
__hf_names=() __hf_values=()
for ((__hf_at = 0; __hf_at < __hf_count; __hf_at++)); do
  __hf_take __hf_name && __hf_take __hf_value || __hf_refuse ${CUT_SHORT}
  __hf_names+=("$__hf_name")
  __hf_values+=("$__hf_value")
done
__hf_take __hf_go && [ "$__hf_go" = go ] || __hf_refuse ${CUT_SHORT}
__hf_mask=$(umask)
umask 077
for __hf_place in "\${__hf_places[@]}"; do
  [ ! -e "$__hf_place/holdfast-step-$__hf_id" ] || __hf_refuse ${ALREADY_ENDED}
done
__hf_folder=
for __hf_place in "\${__hf_places[@]}"; do
  mkdir "$__hf_place/holdfast-step-$__hf_id" || continue
  __hf_folder=$__hf_place/holdfast-step-$__hf_id
  printf '%s\n' "$__hf_script" >"$__hf_folder/script" && printf '%s' "$__hf_preamble" >"$__hf_folder/preamble" &&
    printf 'go\n' >"$__hf_folder/gate" && break
  rm -rf "$__hf_folder"
  __hf_folder=
done
[ -n "$__hf_folder" ] || __hf_refuse ${NO_ROOM}
set -m
(
  umask "$__hf_mask"
  exec ${SCRIPT_FD}<"$__hf_folder/script" ${SYNTAX_FD}<"$__hf_folder/script" ${PREAMBLE_FD}<"$__hf_folder/preamble" \
    ${GATE_FD}<"$__hf_folder/gate" 8<&- </dev/null 2>&1
  __hf_script=/dev/fd/${SCRIPT_FD} __hf_preamble=/dev/fd/${PREAMBLE_FD} __hf_bash=$BASH
  if [ -d /dev/fd ]; then
    rm -f "$__hf_folder/script" "$__hf_folder/preamble" "$__hf_folder/gate"
  else
    __hf_script=$__hf_folder/script __hf_preamble=$__hf_folder/preamble
  fi
  for ((__hf_at = 0; __hf_at < __hf_count; __hf_at++)); do
    # bash keeps some names (UID, PPID) for itself, also in its environment.
    export "\${__hf_names[__hf_at]}=\${__hf_values[__hf_at]}" 2>/dev/null
  done
  export BASH_ENV="$__hf_preamble" ${TOKEN_VARIABLE}="$__hf_token"
  exec "$__hf_bash" --noprofile --norc -euo pipefail "$__hf_script"
) &
__hf_step=$!
set +m
trap '' PIPE
(
  while IFS= read -r -t ${SILENCE_S} -u 8 __hf_word; do [ "$__hf_word" = alive ] || break; done
  trap '' TERM
  __hf_end
) &
__hf_watch=$!
wait "$__hf_step"
__hf_code=$?
kill "$__hf_watch"
wait "$__hf_watch"
rm -rf "$__hf_folder"
__hf_say "$__hf_code"
exit "$__hf_code"
`;

/** Ends what is left of an attempt, and leaves an empty folder of its name, so that it cannot begin afterwards. */
const ENDER = String.raw`
exec ${STATUS_FD}>&2 2>/dev/null 8<&0 </dev/null
__hf_step=
__hf_take __hf_id && __hf_take __hf_token || exit 1
umask 077
for __hf_place in "\${__hf_places[@]}"; do
  mkdir "$__hf_place/holdfast-step-$__hf_id" && break
  [ ! -d "$__hf_place/holdfast-step-$__hf_id" ] || break
done
if [ ! -r /proc/self/environ ]; then __hf_say ${CANNOT_LOOK}; exit 1; fi
__hf_end
__hf_say $?
`;

/** Tells how the host looks to a step. */
const LOOK = `
exec ${STATUS_FD}>&2 2>/dev/null
if [ -r /proc/self/environ ]; then __hf_look=proc; else __hf_look=blind; fi
__hf_say "$BASH_VERSION $(id -un) $__hf_look"
`;

const bashText = (text: string) => text.replaceAll('\\${', '${');

/** What stands before all that the far side says, and what after it; nothing a step puts out is taken for either. */
export const startMark = (nonce: string) => `\0${nonce} start\n`;
export const endMark = (nonce: string) => `\0${nonce} end\n`;

/**
 * The command line on the far side: it holds nothing of the step, because every user there can read it. Whatever shell
 * the account has reads it, so it is plain enough for all of them.
 */
export function farCommand(nonce: string): string {
  return `exec bash --noprofile --norc -c '__hf_nonce=${nonce}; printf "\\0%s start\\n" ${nonce}; printf "\\0%s start\\n" ${nonce} >&2; IFS= read -r -d "" __hf_program && eval "$__hf_program"'`;
}

/** What is written to the far side's stdin to carry out a step. */
export function supervisorInput(step: {
  token: string;
  preamble: string;
  script: string;
  /** Without NUL bytes. */
  variables: Readonly<Record<string, string>>;
}): Buffer {
  const variables = Object.entries(step.variables);
  return fields([
    bashText(FUNCTIONS + SUPERVISOR),
    attemptName(step.token),
    step.token,
    step.preamble,
    step.script,
    String(variables.length),
    ...variables.flat(),
    'go',
  ]);
}

/** What is written to the far side's stdin to end what an attempt left there. */
export function enderInput(token: string): Buffer {
  return fields([bashText(FUNCTIONS + ENDER), attemptName(token), token]);
}

/** What is written to the far side's stdin to look at it. */
export function lookInput(): Buffer {
  return fields([bashText(FUNCTIONS + LOOK)]);
}

const fields = (values: readonly string[]) => Buffer.from(values.map((value) => `${value}\0`).join(''), 'utf8');

/** Others on the far side see the name of the folder, and are not to learn the token from it. */
const attemptName = (token: string) => createHash('sha256').update(token).digest('hex').slice(0, 32);
