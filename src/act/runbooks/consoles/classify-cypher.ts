import { riskiest, type Verdict } from '../risk/verdict.ts';

const READING_PROCEDURES =
  /^(?:db\.(?:labels|relationshipTypes|propertyKeys|indexes|constraints|schema\.\w+|info|stats\.\w+|ping)|dbms\.(?:listQueries|listConfig|listConnections|listTransactions|components|cluster\.\w+|info|queryJmx|functions|procedures)|apoc\.(?:meta|monitor|help|version)[\w.]*)$/i;
const LOSING_PROCEDURES = /kill|delete|drop|clear|remove|quarantine|stop|truncate|shutdown/i;

/** The class of Cypher by its clauses; strings, names in backticks and comments are no clauses. */
export function classifyCypher(text: string): Verdict {
  const plain = text
    .replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`/g, "''")
    .replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
  const verdicts: Verdict[] = [{ class: 'read', reason: 'the query only reads' }];
  if (/\b(?:DETACH\s+DELETE|DELETE|DROP|TERMINATE|STOP\s+DATABASE)\b/i.test(plain))
    verdicts.push({ class: 'destroy', reason: 'the query deletes' });
  if (
    /\b(?:CREATE|MERGE|SET|REMOVE|FOREACH|LOAD\s+CSV|ALTER|GRANT|DENY|START\s+DATABASE|ENABLE\s+SERVER|RENAME)\b/i.test(
      plain,
    )
  )
    verdicts.push({ class: 'change', reason: 'the query writes' });
  if (/\b(?:REVOKE|DEALLOCATE)\b/i.test(plain))
    verdicts.push({ class: 'destroy', reason: 'the query takes access or data away' });
  for (const call of plain.matchAll(/\bCALL\s+([\w.]+)/gi)) {
    const name = call[1]!;
    if (LOSING_PROCEDURES.test(name)) verdicts.push({ class: 'destroy', reason: `${name} takes something away` });
    else if (!READING_PROCEDURES.test(name))
      verdicts.push({ class: 'opaque', reason: `nothing is known about ${name}` });
  }
  return riskiest(verdicts);
}
