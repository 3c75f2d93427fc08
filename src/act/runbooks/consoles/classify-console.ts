import { classifySql } from '../risk/classify-sql.ts';
import type { Verdict } from '../risk/verdict.ts';
import { classifyCypher } from './classify-cypher.ts';
import { classifyDialectSql } from './classify-dialect-sql.ts';
import { classifyNetwork } from './classify-network.ts';
import { classifyPowershell } from './classify-powershell.ts';
import { classifyRedis } from './classify-redis.ts';
import { classifyRequests } from './classify-requests.ts';
import type { ConsoleLanguage } from './console-language.ts';
import { classifyCode, type JudgeScript } from './judge-calls.ts';

/** Longer console code is not read. */
const MAX_CONSOLE_CHARS = 65_536;

/**
 * What something typed at a console would do, by what its calls do. What nobody knows is opaque, never harmless.
 * `judgeScript` judges the shell commands inside it.
 */
export async function classifyConsole(
  language: ConsoleLanguage,
  text: string,
  judgeScript: JudgeScript,
): Promise<Verdict> {
  if (text.length > MAX_CONSOLE_CHARS)
    return { class: 'opaque', reason: `it is longer than ${MAX_CONSOLE_CHARS} characters` };
  switch (language) {
    case 'query':
      return { class: 'read', reason: 'a query only reads' };
    case 'redis':
      return classifyRedis(text);
    case 'sql':
    case 'mysql':
      return classifyAnySql(text, language === 'mysql');
    case 'cypher':
      return classifyCypher(text);
    case 'requests':
      return classifyRequests(text) ?? { class: 'opaque', reason: 'it holds no request that can be read' };
    case 'network':
      return classifyNetwork(text);
    case 'powershell':
    case 'cmd':
      return classifyPowershell(text, judgeScript);
    default:
      return classifyCode(text, language, judgeScript);
  }
}

/** SQL of any dialect: PostgreSQL's own grammar first, since it sees every function; the words of others where it gives up. */
export async function classifyAnySql(text: string, otherDialect = false): Promise<Verdict> {
  const exact = await classifySql(text);
  if (exact.class !== 'opaque') return exact;
  const byWords = classifyDialectSql(text);
  if (byWords === null) return exact;
  // An unknown function stays unknown, unless the text is of another dialect altogether.
  return otherDialect || exact.reason.startsWith('PostgreSQL cannot read') ? byWords : exact;
}
