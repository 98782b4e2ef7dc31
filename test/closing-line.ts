import type { Reporter, TestModule } from 'vitest/node'

/** Ends the run with one plain line that any tool can read. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    for (const module of modules) for (const test of module.children.allTests()) counts[test.result().state]++
    const unloaded = modules.filter((m) => m.errors().length > 0).length
    console.log(`${counts.passed} passed, ${counts.failed + unloaded} failed, ${counts.skipped} skipped`)
  }
}
