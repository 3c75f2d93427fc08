import { type RunClass, riskiest, type Verdict } from '../risk/verdict.ts';
import type { JudgeScript } from './judge-calls.ts';

const byWords = (text: string) => new Set(text.split(' '));
/** PowerShell names its commands Verb-Noun, and the verbs are few and their meaning is fixed. */
const READS = byWords(
  'get test measure select where sort group format show find compare resolve convertfrom convertto convert read search trace tee write out foreach join split wait watch confirm ping receive enter exit import connect debug use push pop new-object checkpoint',
);
const CHANGES = byWords(
  'set new add enable start update install register export save invoke send restart resume publish sync rename copy edit grant initialize unlock unblock mount merge open expand compress assert approve backup optimize switch redo undo step repair submit protect unprotect request complete redirect reseed refresh',
);
const DESTROYS = byWords(
  'remove clear stop disable uninstall reset revoke suspend block unregister dismount disconnect deny lock move close limit hide skip exit-pssession unpublish restore',
);
/** Nouns that turn a harmless verb into something else, and the other way round. */
const EXCEPTIONS: readonly { command: RegExp; risk: RunClass }[] = [
  { command: /^out-(?:file|printer)$|^tee-object$/, risk: 'change' },
  { command: /^(?:export-(?:csv|clixml))$/, risk: 'change' },
  {
    command:
      /^(?:new-object|new-timespan|set-location|push-location|pop-location|set-strictmode|set-variable|new-variable|add-type|add-member|start-sleep|set-psdebug|write-\w+|import-module|invoke-history|new-pssession|enter-pssession|connect-\w+|set-azcontext|select-azsubscription|start-transcript|stop-transcript|clear-host|send-mailmessage|new-alias|set-alias|new-cimsession|new-guid|new-temporaryfile)$/,
    risk: 'read',
  },
  { command: /^move-adobject$/, risk: 'change' },
  { command: /^switch-sqlavailabilitygroup$/, risk: 'destroy' },
  { command: /^invoke-(?:expression|command|wmimethod|cimmethod|item|azvmruncommand|dscresource)$/, risk: 'opaque' },
  {
    command:
      /^(?:restart-computer|stop-computer|restart-azvm|initialize-disk|format-volume|set-content|set-executionpolicy)$/,
    risk: 'destroy',
  },
];
const ALIASES: Readonly<Record<string, RunClass>> = Object.fromEntries([
  ...'ls dir gci cat gc type cd pwd echo select where ? % foreach sort measure ft fl ps gps gsv gwmi gm cls history ping tracert nslookup ipconfig netstat hostname whoami systeminfo tasklist ver quser qwinsta query w32tm dcdiag repadmin klist dfsrdiag setspn dsquery dsget typeperf qappsrv msinfo32 whoami gpresult nltest certutil findstr find more tree arp getmac driverquery wevtutil if for try catch finally while switch param function return do else elseif in begin process end break continue throw exit nbtstat pathping route openfiles vol'
    .split(' ')
    .map((name) => [name, 'read' as const]),
  ...'iisreset md mkdir copy cp xcopy robocopy setx set schtasks msiexec gpupdate icacls takeown attrib ren rename start choco winget dism sfc chkdsk powercfg net mklink assoc reg bcdedit'
    .split(' ')
    .map((name) => [name, 'change' as const]),
  ...'del rm rmdir rd ri erase kill spps taskkill shutdown format diskpart logoff move mv cipher wsreset rwinsta vssadmin sc netsh'
    .split(' ')
    .map((name) => [name, 'destroy' as const]),
] as [string, RunClass][]);
/** Commands whose second word decides. */
const BY_VERB: readonly { line: RegExp; risk: RunClass }[] = [
  { line: /^net\s+(?:stop|use\s+\S+\s+\/d|user\s.*\/(?:delete|active:no)|session\s+.*\/d)/i, risk: 'destroy' },
  {
    line: /^net\s+(?:start\s*$|view|statistics|accounts\s*$|user\s*\S*\s*$|localgroup\s*\S*\s*$|config)/i,
    risk: 'read',
  },
  { line: /^sc(?:\.exe)?\s+(?:\\\\\S+\s+)?(?:query|queryex|qc|qfailure|enumdepend|getdisplayname)/i, risk: 'read' },
  { line: /^sc(?:\.exe)?\s+(?:\\\\\S+\s+)?(?:start|config|failure|create|description)/i, risk: 'change' },
  { line: /^netsh\s+.*\bshow\b/i, risk: 'read' },
  { line: /^netsh\s+(?:.*\b(?:add|set)\b)/i, risk: 'change' },
  { line: /^reg\s+query/i, risk: 'read' },
  { line: /^reg\s+delete/i, risk: 'destroy' },
  { line: /^schtasks\s+\/query/i, risk: 'read' },
  { line: /^schtasks\s+\/delete/i, risk: 'destroy' },
  { line: /^schtasks\s+\/end/i, risk: 'destroy' },
  { line: /^vssadmin\s+list/i, risk: 'read' },
  { line: /^ipconfig\s+\/(?:release|flushdns|renew|registerdns)/i, risk: 'change' },
  { line: /^wevtutil\s+cl/i, risk: 'destroy' },
  { line: /^robocopy\b.*\/(?:mir|purge|move)/i, risk: 'destroy' },
  { line: /^dism\b.*\/(?:get-|online\s+\/cleanup-image\s+\/(?:checkhealth|scanhealth))/i, risk: 'read' },
  {
    line: /^(?:sfc\s+\/verifyonly|chkdsk(?:\s+\w:)?\s*$|powercfg\s+\/(?:list|query|a)|gpresult|bcdedit\s*$|set\s*$|icacls\s+\S+\s*$|attrib\s+\S+\s*$)/i,
    risk: 'read',
  },
  { line: /^iisreset(?:\.exe)?\b.*\/(?:stop|disable|reboot)/i, risk: 'destroy' },
  { line: /^iisreset(?:\.exe)?\b.*\/status/i, risk: 'read' },
  { line: /^appcmd(?:\.exe)?\s+(?:stop|delete|clear|uninstall|restore)\b/i, risk: 'destroy' },
  { line: /^appcmd(?:\.exe)?\s+list\b/i, risk: 'read' },
  {
    line: /^appcmd(?:\.exe)?\s+(?:start|set|add|recycle|install|configure|migrate|lock|unlock|reset)\b/i,
    risk: 'change',
  },
  { line: /^route\s+(?:delete|-f)/i, risk: 'destroy' },
  { line: /^route\s+(?:add|change)/i, risk: 'change' },
  { line: /^w32tm\s+\/(?:resync|config|register)/i, risk: 'change' },
  { line: /^w32tm\s+\/unregister/i, risk: 'destroy' },
  { line: /^repadmin\s+\/(?:removelingeringobjects|unhost|removesources|delete|rehost)/i, risk: 'destroy' },
  {
    line: /^repadmin\s+\/(?:syncall|replicate|replsingleobj|kcc|add|prp|setattr|options\s+\S+\s+[+-])/i,
    risk: 'change',
  },
  { line: /^dcdiag\b.*\/fix/i, risk: 'change' },
  { line: /^netdom(?:\.exe)?\s+(?:query|verify)/i, risk: 'read' },
  { line: /^netdom(?:\.exe)?\s+(?:remove|reset|resetpwd|move)/i, risk: 'destroy' },
  { line: /^netdom(?:\.exe)?\s/i, risk: 'change' },
  { line: /^nltest\b.*\/(?:sc_reset|sc_change_pwd|dsregdns|sync)/i, risk: 'change' },
  { line: /^klist\s+(?:-li\s+\S+\s+)?purge/i, risk: 'change' },
  { line: /^dfsrdiag\s+(?:pollad|syncnow|stopnow)/i, risk: 'change' },
  { line: /^setspn\s.*-d\b/i, risk: 'destroy' },
  { line: /^setspn\s.*-[asr]\b/i, risk: 'change' },
  { line: /^dsrm\b/i, risk: 'destroy' },
  { line: /^ds(?:add|mod|move)\b/i, risk: 'change' },
  { line: /^wbadmin\s+get/i, risk: 'read' },
  { line: /^wbadmin\s+(?:delete|disable|start\s+\w*recovery|start\s+sysrecovery)/i, risk: 'destroy' },
  { line: /^wbadmin\s/i, risk: 'change' },
  { line: /^wmic\b.*\b(?:call|delete|set)\b/i, risk: 'destroy' },
  { line: /^wmic\b/i, risk: 'read' },
  { line: /^auditpol\s+\/(?:get|list)/i, risk: 'read' },
  { line: /^auditpol\s+\/(?:clear|remove)/i, risk: 'destroy' },
  { line: /^(?:auditpol|tzutil)\s+\/s/i, risk: 'change' },
  { line: /^tzutil\s+\/[gl]/i, risk: 'read' },
  { line: /^esentutl\b.*\s\/p/i, risk: 'destroy' },
  { line: /^esentutl\b.*\s\/[ghkmy]/i, risk: 'read' },
  { line: /^esentutl\b/i, risk: 'change' },
  { line: /^logman\s+(?:query|\S*\s*$)/i, risk: 'read' },
  { line: /^logman\s+(?:stop|delete)/i, risk: 'destroy' },
  { line: /^logman\s/i, risk: 'change' },
  { line: /^fsutil\b.*\b(?:query\w*|\w*info|list|readdata)\b/i, risk: 'read' },
  { line: /^fsutil\b.*\bdelete\w*/i, risk: 'destroy' },
  { line: /^fsutil\b/i, risk: 'change' },
  { line: /^manage-bde\b.*-(?:status|protectors\s+-get)/i, risk: 'read' },
  { line: /^manage-bde\b/i, risk: 'destroy' },
];

/** The class of PowerShell (or of cmd's own commands): every command at the head of a statement, pipe stage or block. */
export async function classifyPowershell(text: string, judgeScript: JudgeScript): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  const { rest, functions, configurations } = withoutDefinitions(text);
  for (const command of commandsOf(rest)) {
    const name = /^[\w-]+/.exec(command)?.[0].toLowerCase() ?? '';
    if (functions.has(name)) continue;
    verdicts.push(
      configurations.has(name)
        ? { class: 'change', reason: `${name} writes what a machine is to be` }
        : await judge(command, judgeScript),
    );
  }
  return verdicts.length === 0 ? { class: 'read', reason: 'it only shows or computes values' } : riskiest(verdicts);
}

async function judge(written: string, judgeScript: JudgeScript): Promise<Verdict> {
  // `C:\\windows\\system32\\iisreset.exe /stop`: a program by its whole path.
  const command = written.replace(/^(?:[A-Za-z]:|\\)?\\(?:[^\s\\]+\\)*(?=[\w.-]+(?:\s|$))/, '');
  const [first = ''] = command.split(/[\s)]/, 1);
  const name = first.toLowerCase().replace(/\.exe$/, '');
  const reason = `${first}${command.length > first.length ? ' …' : ''}`;
  if (/^\w[\w.]*\s+-(?:eq|ne|gt|ge|lt|le|i?like|notlike|i?match|notmatch|contains|in|and|or|is)\b/i.test(command))
    return { class: 'read', reason: 'compares' };
  if (/^invoke-command$|^start-(?:job|threadjob)$/.test(name) && /\s-ScriptBlock\s*$/i.test(command))
    return { class: 'read', reason: `${reason} carries commands to another machine` };
  if (/\s-(?:\w*Failover\w*|AllowDataLoss|FixQuorum|ForceQuorum)\b(?!:\$false)/i.test(command))
    return { class: 'destroy', reason: `${reason} moves or forces who serves` };
  if (/\s-WhatIf\b(?!:\$false)/i.test(command)) return { class: 'read', reason: `${reason} with -WhatIf only tells` };
  const decided = BY_VERB.find((each) => each.line.test(command));
  if (decided !== undefined) return { class: decided.risk, reason };
  const exception = EXCEPTIONS.find((each) => each.command.test(name));
  if (exception !== undefined) return { class: exception.risk, reason };
  if (/^invoke-(?:webrequest|restmethod)$|^iwr$|^irm$/.test(name)) {
    const method = /-Method\s+['"]?(\w+)/i.exec(command)?.[1]?.toUpperCase() ?? 'GET';
    const risk = method === 'DELETE' ? 'destroy' : method === 'GET' || method === 'HEAD' ? 'read' : 'change';
    return { class: risk, reason: `${reason} ${method}` };
  }
  if (/^invoke-sqlcmd$/.test(name)) return { class: 'opaque', reason: `${reason} runs SQL` };
  const verb = /^([a-z]+)-[a-z]\w*$/.exec(name)?.[1];
  if (verb !== undefined) {
    if (/\s-(?:Count|DesiredCapacity|Replicas|Capacity|InstanceCount)\s+0\b/i.test(command))
      return { class: 'destroy', reason };
    if (DESTROYS.has(verb)) return { class: 'destroy', reason: `${reason}: its verb takes something away` };
    if (CHANGES.has(verb)) return { class: 'change', reason: `${reason}: its verb changes something` };
    if (READS.has(verb)) return { class: 'read', reason: `${reason} only looks` };
  }
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
  if (alias !== undefined) return { class: alias, reason };
  if (/^[$@([{'"\d]|^-|^\[|^\)|^\}/.test(first)) return { class: 'read', reason: 'a value' };
  // Programs of other systems (`kubectl`, `aws`, `az`) are called as in any shell.
  return judgeScript(command.replace(/`\s*$/g, ''));
}

/**
 * Functions are judged where they stand, so calling one adds nothing; a `configuration` only declares, and calling it
 * writes files.
 */
function withoutDefinitions(text: string): { rest: string; functions: Set<string>; configurations: Set<string> } {
  const named = (word: string) =>
    new Set(
      [...text.matchAll(new RegExp(`^[ \\t]*(?:${word})[ \\t]+([\\w-]+)`, 'gim'))].map((match) =>
        match[1]!.toLowerCase(),
      ),
    );
  const configurations = named('configuration');
  let rest = text;
  for (let from = 0; configurations.size > 0; ) {
    const head = /^[ \t]*configuration[ \t]+[\w-]+\s*\{/im.exec(rest.slice(from));
    if (head === null) break;
    const start = from + head.index;
    let at = start + head[0].length;
    for (let depth = 1; depth > 0 && at < rest.length; at++) depth += rest[at] === '{' ? 1 : rest[at] === '}' ? -1 : 0;
    rest = rest.slice(0, start) + rest.slice(at);
    from = start;
  }
  return { rest, functions: named('function|filter|workflow'), configurations };
}

/** Each command: strings emptied of separators, comments taken off, cut at pipes, semicolons, braces and assignments. */
function commandsOf(text: string): string[] {
  const plain = text
    .replace(/<#[\s\S]*?#>/g, ' ')
    .replace(/`\r?\n/g, ' ')
    .replace(/^\s*(?:#|::|rem\b).*$/gim, '')
    .replace(/\s#\s.*$/gm, '')
    .replace(/'[^'\n]*'|"(?:[^"`\n]|`.)*"/g, (quoted) => quoted.replace(/[|;{}()&\n]/g, '_'));
  return plain
    .split(/[|;\n{}]+|&&|\$\(|(?<=[=(,])\s*\(|^\s*@\(/)
    .map((each) =>
      each
        .trim()
        .replace(/^(?:\[[\w.[\]]+\]\s*)?\$[\w:.]+(?:\[[^\]]*\])?\s*[-+]?=\s*/, '')
        .replace(/^[&.(@]+\s*(?=[A-Za-z])/, '')
        .trim(),
    )
    .filter((each) => each !== '' && !/^\)?[\s)\]]*$/.test(each))
    .filter((each) => !/^(?:@?['"]|\$|\d|-\w)/.test(each));
}
