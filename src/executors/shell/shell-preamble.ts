import type { StepExecution } from '../../act/runs/index.ts';
import type { StepAction } from '../../contract/runbook.ts';

/** Descriptors of a step's bash beside the usual three. */
export const SCRIPT_FD = 3;
export const GATE_FD = 4;
export const STATUS_FD = 5;
export const PREAMBLE_FD = 6;
/** The script once more, for the look at its syntax. */
export const SYNTAX_FD = 7;

/** Exit code of a script that bash cannot read, and of one whose gate closed without a word: nothing of either ran. */
export const UNREADABLE_EXIT = 85;
export const GATE_CLOSED_EXIT = 86;

/** Commands that say "no" with exit code 1. */
const ASKING = String.raw`(grep|egrep|fgrep|zgrep|pgrep|diff|cmp|test|\[|\[\[)`;
/** The command of a pipeline's stage: after assignments, or in a substitution whose value is assigned. */
const ASKS = String.raw`^([A-Za-z_][A-Za-z0-9_]*=[^ $]* +)*([A-Za-z_][A-Za-z0-9_]*="?\$\()?${ASKING}( |$)`;

/**
 * What bash reads before a step's script (through BASH_ENV, so that the script is alone in its file and its line numbers
 * are those of the step). The order matters:
 * - errors go where output goes, so that both are told in the order in which they came;
 * - the whole script is looked at first: a syntax error anywhere means that nothing of it runs;
 * - then it waits at the gate, so that the process can be recorded before anything happens; a closed gate ends it;
 * - then `-e -o pipefail` judges as a reader of the runbook would: a stage that died of SIGPIPE (141) because a later
 *   one had read enough (`… | head`) is no failure, and in a step that only looks, neither is the 1 by which grep, diff
 *   and test say "no". Both lift `-e` for that one command; a script that turns `-e` off itself is left alone;
 *   Not seen: a stage that died so inside a loop that is itself a stage (`… | while read x; do … | head; done`);
 * - at the end the exit status and PIPESTATUS of the last pipeline are told on the status descriptor, and after them the
 *   variables later steps use, each as `NAME=value` and a NUL. Lists are not: a later step would see their first word.
 * @param options.noIsAnAnswer true for a step that only looks
 * @param options.askingLines lines of the script on which a stage before the last one asks (`grep … | head`)
 */
function shellPreamble(options: {
  noIsAnAnswer: boolean;
  askingLines: readonly number[];
  carries: readonly string[];
}): string {
  return String.raw`unset BASH_ENV
exec 2>&1
"$BASH" --noprofile --norc -O extglob -n <&${SYNTAX_FD} || exit ${UNREADABLE_EXIT}
read -r -u ${GATE_FD} __hf_go || exit ${GATE_CLOSED_EXIT}
exec ${GATE_FD}<&- ${PREAMBLE_FD}<&- ${SYNTAX_FD}<&-
unset __hf_go
__hf_lifted=''
__hf_asks='${ASKS}'
__hf_asking_lines=' ${options.askingLines.join(' ')} '
__hf_only() {
  local one allowed=" $1 "; shift
  for one in "$@"; do case $allowed in *" $one "*) ;; *) return 1 ;; esac; done
}
__hf_failed() {
  local status=$1 line=$2 before=$__hf_lifted; shift 2
  __hf_lifted=''
  if [ "$status" = 141 ] && [ $# -gt 1 ] && [ "\${!#}" = 0 ] && __hf_only '0 141' "$@"; then :
  elif [ "$status" = 141 ] && [ "$before" = 141 ] && [ $# = 1 ]; then :
  elif ${options.noIsAnAnswer ? 'true' : 'false'} && [ "$status" = 1 ] && __hf_only '0 1 141' "$@"; then
    if [ $# -gt 1 ] && [ "\${!#}" = 0 ]; then
      case $__hf_asking_lines in *" $line "*) ;; *) return 0 ;; esac
    else
      [[ $BASH_COMMAND =~ $__hf_asks ]] || return 0
    fi
  else return 0; fi
  __hf_lifted=$status
  if [ "$BASH_SUBSHELL" -gt 0 ]; then trap '{ ! __hf_over_early $? || exit 0; } 2>/dev/null' EXIT; fi
  case $- in *e*) set +e; trap '{ trap - DEBUG; set -e; } 2>/dev/null' DEBUG ;; esac
}
__hf_ended_lifted() {
  [ "$1" != 0 ] && [ "$1" = "$__hf_lifted" ] || return 1
  case $BASH_COMMAND in exit*|return*) return 1 ;; esac
}
__hf_over_early() { [ "$1" = 141 ] && __hf_ended_lifted "$1"; }
__hf_ended() {
  local status=$1 how=failed; shift
  if __hf_over_early "$status"; then status=0
  elif __hf_ended_lifted "$status"; then how=no; fi
  printf '%s %s %s\n' "$status" "$how" "$*" >&${STATUS_FD}
  local __hf_name
  for __hf_name in ${options.carries.join(' ')}; do
    case "$(declare -p "$__hf_name" 2>/dev/null)" in
      '' | 'declare -'*[aA]*' '"$__hf_name"*) ;;
      *) [ -z "\${!__hf_name+set}" ] || printf '%s=%s\0' "$__hf_name" "\${!__hf_name}" >&${STATUS_FD} ;;
    esac
  done
  exit "$status"
}
set -E -T
trap '{ __hf_failed $? "$LINENO" "\${PIPESTATUS[@]}"; } 2>/dev/null' ERR
trap '{ __hf_ended $? "\${PIPESTATUS[@]}"; } 2>/dev/null' EXIT
`.replaceAll('\\${', '${');
}

/** The preamble for one attempt. */
export function preambleOf(execution: StepExecution<Extract<StepAction, { kind: 'shell' }>>): string {
  const { script, carries = [] } = execution.action;
  const noIsAnAnswer = execution.observing && !execution.deciding;
  return shellPreamble({ noIsAnAnswer, askingLines: noIsAnAnswer ? findAskingLines(script) : [], carries });
}

const ASKING_STAGE = new RegExp(
  String.raw`(^|[|;&({]|\bdo|\bthen|\belse)\s*([A-Za-z_]\w*=\S*\s+)*${ASKING}\s[^|;&]*\|(?!\|)`,
);

/** The 1-based lines on which a question is asked in the middle of a pipeline. */
export function findAskingLines(script: string): number[] {
  return script.split('\n').flatMap((line, index) => (ASKING_STAGE.test(line) ? [index + 1] : []));
}
