/** Descriptors of a step's bash beside the usual three. */
export const SCRIPT_FD = 3;
export const GATE_FD = 4;
export const STATUS_FD = 5;

/** Exit code of a script whose gate closed without a word: nothing of it ran. */
export const GATE_CLOSED_EXIT = 86;

/**
 * Wraps a step's script. The first thing bash does is wait at the gate, so that the process can be recorded before
 * anything happens; a closed gate ends it. Then errors are judged as a reader of the runbook would:
 * - as under `-e -o pipefail`, the first failing command ends the script;
 * - a stage that died of SIGPIPE (141) because a later one had read enough (`… | head`) is no failure;
 * - PIPESTATUS of the last pipeline is told on the status descriptor.
 */
export function wrapScript(script: string): string {
  // One line, so that the line numbers in bash's messages are those of the step.
  const preamble = [
    `read -r -u ${GATE_FD} __hf_go || exit ${GATE_CLOSED_EXIT}`,
    `exec ${SCRIPT_FD}<&- ${GATE_FD}<&-`,
    'unset __hf_go',
    '__hf_judge() { local __hf_all=("$@") __hf_one',
    'local __hf_last=${__hf_all[${#__hf_all[@]}-1]}',
    'for __hf_one in "${__hf_all[@]}"; do if [ "$__hf_one" -ne 0 ] && { [ "$__hf_one" -ne 141 ] || [ "$__hf_last" -ne 0 ]; }; then return 1; fi; done',
    'return 0; }',
    'set +e -E',
    `trap '__hf_status=$? __hf_pipe=("\${PIPESTATUS[@]}"); if ! __hf_judge "\${__hf_pipe[@]}"; then exit "$__hf_status"; fi' ERR`,
    `trap '__hf_status=$? __hf_pipe=("\${PIPESTATUS[@]}"); { printf "%s %s\\n" "$__hf_status" "\${__hf_pipe[*]}" >&${STATUS_FD}; } 2>/dev/null' EXIT`,
  ].join('; ');
  return `${preamble}; ${script}\n`;
}
