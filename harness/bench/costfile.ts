import { closest } from 'fastest-levenshtein'
import { z } from 'zod'
import { DataFile } from '../data-file.js'
import { COSTS, type Cost, type CostName, type Costs } from './costs.js'

const NAMES = Object.keys(COSTS)

const fileSchema = z.record(
  z.string(),
  z.union([
    z.number().nonnegative('a cost is not negative'),
    z.strictObject({
      value: z.number().nonnegative('a cost is not negative'),
      unit: z.string().optional(),
      source: z.string().optional(),
    }),
  ]),
)

/** The table of costs with those of a file in their places: `transfer: 60`, or with `value` and `source`. */
export function readCosts(path: string): Costs {
  const file = new DataFile(path)
  const costs: Record<string, Cost> = { ...COSTS }
  for (const [name, given] of Object.entries(file.parse(fileSchema))) {
    const usual = costs[name]
    if (!usual) throw file.error([name], `there is no such cost; did you mean '${closest(name, NAMES)}'?`)
    const { value, unit = usual.unit, source = path } = typeof given === 'number' ? { value: given } : given
    if (unit !== usual.unit) throw file.error([name], `it is given in ${usual.unit}, not in ${unit}`)
    costs[name] = { value, unit, source }
  }
  return costs as Record<CostName, Cost>
}
