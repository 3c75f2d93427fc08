import type { RuleDescription } from '../../act/runbooks/index.ts';
import type { LintEdit, LintFinding } from '../../contract/runbook-lint.ts';

/** SARIF 2.1.0 (OASIS), as code scanning services read it. */
export function toSarif(findings: readonly LintFinding[], rules: readonly RuleDescription[], version: string): unknown {
  const places = new Map(rules.map((rule, index) => [rule.id, index]));
  const region = (span: Omit<LintEdit, 'text'>) => ({
    startLine: span.line,
    startColumn: span.column,
    endLine: span.endLine,
    endColumn: span.endColumn,
  });
  const artifact = (file: string) => ({ uri: encodeURI(file.replaceAll('\\', '/').replace(/^\.\//, '')) });
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        columnKind: 'utf16CodeUnits',
        tool: {
          driver: {
            name: 'holdfast',
            semanticVersion: version,
            rules: rules.map((rule) => ({
              id: rule.id,
              shortDescription: { text: rule.title },
              fullDescription: { text: rule.why },
              help: { text: rule.fix },
              helpUri: `docs/lint/${rule.id}.md`,
              defaultConfiguration: { level: rule.severity },
            })),
          },
        },
        results: findings.map((finding) => ({
          ruleId: finding.rule,
          ruleIndex: places.get(finding.rule),
          level: finding.severity,
          message: { text: `${finding.message}. ${finding.why}` },
          locations: [{ physicalLocation: { artifactLocation: artifact(finding.file), region: region(finding) } }],
          ...(finding.fix !== null && {
            fixes: [
              {
                description: { text: finding.fix.title },
                artifactChanges: [
                  {
                    artifactLocation: artifact(finding.file),
                    replacements: finding.fix.edits.map((edit) => ({
                      deletedRegion: region(edit),
                      insertedContent: { text: edit.text },
                    })),
                  },
                ],
              },
            ],
          }),
        })),
      },
    ],
  };
}

/** Workflow commands that GitHub Actions turns into annotations. */
export function toGithub(findings: readonly LintFinding[]): string[] {
  return findings.map((finding) => {
    const properties = [
      `file=${escapeProperty(finding.file)}`,
      `line=${finding.line}`,
      `endLine=${finding.endLine}`,
      // Columns are only allowed where the annotation lies on one line.
      ...(finding.line === finding.endLine ? [`col=${finding.column}`, `endColumn=${finding.endColumn}`] : []),
      `title=${escapeProperty(finding.rule)}`,
    ];
    return `::${finding.severity} ${properties.join(',')}::${escapeData(finding.message)}`;
  });
}

const escapeData = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string) => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
