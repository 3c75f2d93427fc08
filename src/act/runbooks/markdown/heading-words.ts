import { readDurationMs } from '../read-duration.ts';

/** Headings that name a part of a procedure and not a procedure: `#### Steps` below `### Restore the database`. */
const PART =
  /^(?:prerequisites?|preparations?|before you (?:begin|start)|steps?|procedure|instructions|symptoms?|diagnos(?:is|e|tics)(?: steps?)?|investigation(?: steps?)?|resolution(?: steps?)?|remediation(?: steps?)?|mitigation(?: steps?)?|verification|verify|validation|rollback|roll back|actions?|immediate actions?|recovery steps?|checks?|fix(?:es)?|solutions?|cause|root cause|impact|detection|clean-?up|follow-?up|post-?checks?|pre-?checks?|helpers?|mitigation and recovery|how to fix(?: it)?|troubleshooting(?: steps?)?|next steps|workarounds?|diagnostic commands|possible (?:causes?|solutions?|fixes|checks)|pre-?requisites|schritte|ablauf|vorgehen|voraussetzungen|vorbereitung|maßnahmen|behebung|lösung|diagnose|überprüfung|prüfung|wiederherstellung|ursachen?|pasos|procedimiento|requisitos previos|prerrequisitos|diagnóstico|solución|verificación|resolución|mitigación|causas?|étapes|procédure|prérequis|diagnostic|résolution|vérification|atténuation|passos|procedimento|pré-requisitos|solução|verificação|mitigação|resolução|passaggi|procedura|prerequisiti|verifica|шаги|порядок действий|предварительные требования|диагностика|решение|проверка|устранение|восстановление|причины|手順|前提条件|対応手順|確認|診断|対処|対処方法|復旧手順|原因|步骤|前提|前提条件|诊断|解决方案|解决方法|验证|排查步骤|恢复步骤)$/i;
const PART_OF_DEEPER = /^(?:pre|post)-\w+ (?:checklist|checks?|verification|validation|steps)$/i;
/** Headings under which numbered lines are facts, not things to do. */
const REFERENCE =
  /^(?:table of )?contents?$|^contacts?\b|\bcontacts?$|^contact information|^escalation|^on-call|^key metrics|^useful links|^(?:external )?dependencies$|^references?$|^see also|^links$|^change ?log|^appendix|^glossary|^(?:system |platform |architecture )?overview$|^architecture|^key components|^support channels|^severity|^incident severity|^revision history|^resources$|^metrics\b|^(?:high|medium|low) priority alerts|^inhalt$|^inhaltsverzeichnis|^kontakte?$|^eskalation|^übersicht$|^überblick$|^referenzen$|^contenido$|^índice$|^contactos?$|^escalamiento|^escalación|^resumen$|^referencias$|^sommaire$|^escalade|^aperçu$|^références$|^índice$|^contatos$|^visão geral$|^содержание$|^контакты$|^эскалация|^обзор$|^ссылки$|^目次$|^概要$|^連絡先|^エスカレーション|^参考|^目录$|^概述$|^联系人|^升级|^参考/i;

export function isPartHeading(title: string, parentDepth: number): boolean {
  const plain = title.replace(/:\s*$/, '').trim();
  return PART.test(plain) || (parentDepth >= 3 && PART_OF_DEEPER.test(plain));
}

export function isReferenceHeading(title: string): boolean {
  return REFERENCE.test(title.trim());
}

const SEVERITY = /\b(P[0-5]|SEV[- ]?[0-5]|S[1-4])\b/i;

/** `P1: API down`, `Outage (P1)`, `SEV1 response` → the severity as written, without blanks. */
export function severityIn(title: string): string | null {
  return SEVERITY.exec(title)?.[1]?.toUpperCase().replace(/[- ]/, '') ?? null;
}

/** Severity → time to respond, from a table that has a column called so. */
export function responseTimes(tables: readonly (readonly (readonly string[])[])[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const [head, ...rows] of tables) {
    const column = head?.findIndex((cell) => /response (?:time|sla)|^sla$/i.test(cell)) ?? -1;
    if (column < 0) continue;
    for (const row of rows) {
      const severity = severityIn(row[0] ?? '');
      const responseMs = readDurationMs(row[column] ?? '');
      if (severity !== null && responseMs !== null && !times.has(severity)) times.set(severity, responseMs);
    }
  }
  return times;
}
