import { asExpected, type FuzzFile, type FuzzResult } from '../results.js'
import { unique } from './format.js'

/** Characters that XML 1.0 (2.2) does not admit or advises against go; those that mean something are escaped. */
const escape = (text: string): string =>
  text
    .replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')

/** The results as JUnit XML: a suite a system, a case a candidate and memory model. */
export function junit({ results }: FuzzFile): string {
  const suites = unique(results.map((r) => r.system)).map((system) => {
    const mine = results.filter((r) => r.system === system)
    const failures = mine.filter((r) => !r.problem && !asExpected(r)).length
    const errors = mine.filter((r) => r.problem).length
    return `  <testsuite name="${escape(system)}" tests="${mine.length}" failures="${failures}" errors="${errors}">\n${mine.map(testcase).join('')}  </testsuite>\n`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="rcufuzz">\n${suites.join('')}</testsuites>\n`
}

function testcase(r: FuzzResult): string {
  const found = r.violations.map((v) => `${v.signature}: ${v.message}\n${v.command}`).join('\n\n')
  const text = escape(found || `survived ${r.executions} executions`)
  const outcome = r.problem
    ? `<error message="${escape(`${r.problem.problem}: ${r.problem.message}`)}"/>`
    : asExpected(r)
      ? `<system-out>${text}</system-out>`
      : `<failure message="${escape(surprise(r))}">${text}</failure>`
  return `    <testcase classname="${escape(r.system)}.${escape(r.fix)}" name="${r.memoryModel}">${outcome}</testcase>\n`
}

/** What was not expected, in a line. */
export const surprise = (r: FuzzResult): string =>
  r.violations.length === 0
    ? `is marked broken, and survived ${r.executions} executions`
    : unique(r.violations.map((v) => v.kind)).join(', ')
