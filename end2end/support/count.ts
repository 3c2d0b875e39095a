// A reporter for scripts/test: writes `project passed failed skipped`, a line for each project, to the file in E2E_COUNTS.
import { writeFileSync } from 'node:fs';
import type { FullConfig, Reporter, Suite } from '@playwright/test/reporter';

export default class Count implements Reporter {
  private suite?: Suite;

  onBegin(_config: FullConfig, suite: Suite) {
    this.suite = suite;
  }

  onEnd() {
    const file = process.env.E2E_COUNTS;
    if (!file || !this.suite) return;
    const lines = this.suite.suites.map((project) => {
      const outcomes = project.allTests().map((test) => test.outcome());
      const count = (...kinds: string[]) => outcomes.filter((outcome) => kinds.includes(outcome)).length;
      return `${project.title} ${count('expected')} ${count('unexpected', 'flaky')} ${count('skipped')}\n`;
    });
    writeFileSync(file, lines.join(''));
  }

  printsToStdio() {
    return false;
  }
}
