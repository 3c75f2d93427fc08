import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run's output with every test that did not run and why, so that a skip is never silent. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const reason = result.state === 'skipped' ? result.note : undefined;
        // Tests left out by a name filter on the command line carry no reason and are not news.
        if (reason === undefined && test.options.mode === 'run') continue;
        lines.push(`  ${module.relativeModuleId} > ${test.fullName}: ${reason ?? 'no reason given'}`);
      }
    }
    if (lines.length > 0) console.log(`\n${lines.length} skipped:\n${lines.join('\n')}`);
  }
}
