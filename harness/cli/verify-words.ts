import { count, progress } from '../report/format.js'
import { asExpected, type VerifyResult } from '../results.js'

/** The outcome of one exploration, on one line. */
export function outcomeInWords(r: VerifyResult): string {
  const work = `${count(r.executions)} executions${r.states > 0 ? `, ${count(r.states)} states` : ''}`
  switch (r.outcome) {
    case 'verified':
      return `verified: ${r.budget?.cut ? `all executions with at most ${r.budget.limit} ${r.budget.kind}` : 'all executions'} (${work})${unbroken(r)}`
    case 'violated':
      return `VIOLATED: ${r.violations.map((v) => v.kind).join(', ')}, found after ${work}${under(r)}${asExpected(r) ? '' : '  (not as its file expects)'}`
    case 'unfinished':
      return `not finished: about ${progress(r.share)} of the search is done${under(r)} (${work}); \`--resume\` goes on from ${r.checkpoint ?? ''}`
  }
}

/** A candidate that is marked as broken is: somewhere else, then. */
function unbroken(r: VerifyResult): string {
  if (asExpected(r)) return ''
  const kinds = r.expectedKinds?.length ? ` (${r.expectedKinds.join(', ')})` : ''
  return `; its file expects it to break${kinds}, which takes more than this bound has`
}

const under = ({ budget }: VerifyResult): string => (budget ? `, at ${budget.limit} ${budget.kind}` : '')

/** All outcomes: a system and bound a block, a candidate and memory model a line. */
export function explorationInWords(results: readonly VerifyResult[]): string[] {
  const lines: string[] = []
  for (const system of new Set(results.map((r) => r.system))) {
    const mine = results.filter((r) => r.system === system)
    lines.push(`${system}, ${mine[0]?.bound ?? ''}:`)
    const width = Math.max(...mine.map((r) => r.fix.length))
    for (const r of mine)
      lines.push(`  ${r.fix.padEnd(width)}  ${r.memoryModel.padEnd(4)}  ${outcomeInWords(r)}`)
    if (mine.some((r) => r.reduction === 'all'))
      lines.push(
        `  (${system} does not declare what it keeps outside cells, so every interleaving is run: see docs/verify.md)`,
      )
  }
  return lines
}
