import type { BenchFile } from '../results.js'
import { plain } from '../trace/wrap.js'
import { count } from './format.js'
import { words } from './study.js'
import { Row, Table } from './table.js'

/** The assumptions behind every simulated time. */
export function CostModel({ bench }: { bench: BenchFile }) {
  const entries = Object.entries(bench.costs)
  if (entries.length === 0) return null
  return (
    <section aria-labelledby="costs">
      <h2 id="costs">Cost model</h2>
      <Table caption="What simulated time is made of" head={['Cost', 'Value', 'Source']}>
        {entries.map(([name, { value, unit, source }]) => (
          <Row name={words(name)} cells={[`${count(value)} ${unit}`, plain(source)]} />
        ))}
      </Table>
    </section>
  )
}
