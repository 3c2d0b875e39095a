// A reporter for scripts/test. To the file in E2E_COUNTS it writes `project passed failed skipped`, a line for each
// project. To the same name with `.failed` it writes each failure and why, in one line, because the end of a log is
// often all that can be seen.
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { FullConfig, Reporter, Suite, TestCase, TestError } from '@playwright/test/reporter';

const LONGEST = 400;

export default class Count implements Reporter {
  private suite?: Suite;
  private folder = '';
  /** Errors outside any test, such as a spec that can't be read. */
  private readonly errors: TestError[] = [];

  onBegin(config: FullConfig, suite: Suite) {
    this.suite = suite;
    this.folder = config.rootDir;
  }

  onError(error: TestError) {
    this.errors.push(error);
  }

  onEnd() {
    const file = process.env.E2E_COUNTS;
    if (!file) return;
    const projects = this.suite?.suites ?? [];
    const counts = projects.map((project) => {
      const outcomes = project.allTests().map((test) => test.outcome());
      const count = (...kinds: string[]) => outcomes.filter((outcome) => kinds.includes(outcome)).length;
      return `${project.title} ${count('expected')} ${count('unexpected', 'flaky')} ${count('skipped')}\n`;
    });
    const failed = projects.flatMap((project) =>
      project.allTests().filter((test) => ['unexpected', 'flaky'].includes(test.outcome())).map((test) => this.named(project, test)),
    );
    failed.push(...this.errors.map(brief));
    writeFileSync(file, counts.join(''));
    writeFileSync(`${file}.failed`, failed.map((line) => `${line}\n`).join(''));
  }

  printsToStdio() {
    return false;
  }

  private named(project: Suite, test: TestCase): string {
    const { file, line } = test.location;
    const errors = test.results.flatMap((result) => result.errors);
    const titles = test.titlePath().slice(3).join(' › ');
    return `[${project.title}] ${relative(this.folder, file)}:${line} › ${titles}: ${errors.map(brief).join(' / ')}`;
  }
}

/** The message up to its call log, in one line: the first line alone often only says that an expectation failed. */
function brief(error: TestError): string {
  const text = stripVTControlCharacters(error.message ?? error.value ?? 'no message');
  const message = text.split(/^Call log:/m)[0]!.replace(/\s+/g, ' ').trim();
  const place = error.location ? ` (line ${error.location.line})` : '';
  return (message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message) + place;
}
