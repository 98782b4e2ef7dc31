import { asExpected, type FuzzFile, type FuzzResult } from '../results.js'
import { surprise } from './junit.js'
import type { Changes } from './since.js'

/** Message and properties, as https://docs.github.com/actions/reference/workflow-commands has them escaped. */
const message = (text: string): string =>
  text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
const property = (text: string): string => message(text).replace(/:/g, '%3A').replace(/,/g, '%2C')

/**
 * The results as GitHub workflow commands, a line an annotation: an error where a candidate is not what its
 * file says, a notice for what is new since the campaign before.
 */
export function annotations({ results }: FuzzFile, changes: Changes | null): string[] {
  const unexpected = results.filter((r) => r.problem !== undefined || !asExpected(r))
  const alarms = unexpected.flatMap((r) => {
    const title = `${r.system} ${r.fix} under ${r.memoryModel}`
    if (r.problem) return [command('error', title, `${r.problem.problem}: ${r.problem.message}`)]
    if (r.violations.length === 0) return [command('error', title, surprise(r))]
    return r.violations.map((v) => command('error', title, `${v.message}\n${v.command}`, placeOf(r, v)))
  })
  const said = new Set(unexpected)
  const news = (changes?.appeared ?? [])
    .filter(({ result }) => !said.has(result))
    .map(({ result: r, violation: v }) =>
      command('notice', `new: ${r.system} ${r.fix} under ${r.memoryModel}`, `${v.message}\n${v.command}`),
    )
  return [...alarms, ...news]
}

/** The last line of the candidate itself that the interleaving runs. */
function placeOf(r: FuzzResult, v: FuzzResult['violations'][number]): string {
  const own = `${r.fix}.ts`
  const line = v.trace.rows.findLast((row) => row.source?.file === own)?.source?.line
  return line === undefined ? '' : `,file=${property(`targets/${r.system}/fixes/${own}`)},line=${line}`
}

const command = (level: 'error' | 'notice', title: string, text: string, place = ''): string =>
  `::${level} title=${property(title)}${place}::${message(text)}`
