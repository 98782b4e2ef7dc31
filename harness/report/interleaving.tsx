import type { Trace } from '../results.js'
import { plain } from '../trace/wrap.js'
import { activeThreads } from './findings.js'
import { list, plural } from './format.js'
import { layOut, LINE, SOURCE_LINE, type Arrow, type Column, type Step } from './layout.js'

/** An interleaving drawn in columns: a thread each, time downward. The text columns say the same in words. */
export function Interleaving({ trace, name }: { trace: Trace; name: string }) {
  const { width, height, columns, steps, bars, arrows } = layOut(trace)
  return (
    <div class="scroll drawing" tabIndex={0} role="region" aria-label={`Drawing of ${name}`}>
      <svg
        class="il"
        role="img"
        aria-label={describe(trace)}
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
      >
        {columns.map((column) => (
          <Head column={column} height={height} />
        ))}
        {bars.map((bar) => (
          <rect
            class={`bar ${bar.kind}`}
            data-from={bar.from}
            data-to={Number.isFinite(bar.to) ? bar.to : undefined}
            x={bar.x}
            y={bar.y}
            width="4"
            height={bar.height}
          >
            <title>{bar.title}</title>
          </rect>
        ))}
        {arrows.map((arrow) => (
          <Curve arrow={arrow} />
        ))}
        {steps.map((step) => (
          <Box step={step} trace={trace} />
        ))}
      </svg>
    </div>
  )
}

function Head({ column, height }: { column: Column; height: number }) {
  const middle = column.x + 0.5
  return (
    <>
      <line class="life" x1={middle} x2={middle} y1={column.name.length * LINE + 6} y2={height} />
      {column.name.map((line, i) => (
        <text class="hd" x={column.x} y={(i + 1) * LINE - 3}>
          {line}
        </text>
      ))}
    </>
  )
}

function Box({ step, trace }: { step: Step; trace: Trace }) {
  const { row, lines, markLines } = step
  return (
    <g
      class={`step ${step.look}`.trimEnd()}
      data-step={row.step}
      transform={`translate(${step.x},${step.y})`}
    >
      <title>{hover(step, trace)}</title>
      <rect width={step.width} height={step.height} rx="3" />
      <text class="no" x={4 - step.x} y="14">
        {row.step}
      </text>
      {lines.map((line, i) => (
        <text x="8" y={(i + 1) * LINE - 1}>
          {line}
        </text>
      ))}
      {markLines.map((line, i) => (
        <text class="mk" x="8" y={(lines.length + i + 1) * LINE - 1}>
          {line}
        </text>
      ))}
      {step.source === '' ? null : (
        <text class="src" x="8" y={(lines.length + markLines.length) * LINE + SOURCE_LINE - 1}>
          {step.source}
        </text>
      )}
    </g>
  )
}

function hover({ row }: Step, trace: Trace): string {
  const parts = [`step ${row.step}, ${trace.threads[row.thread]?.name ?? ''}: ${row.text}`]
  if (row.from !== undefined)
    parts.push(row.from < 0 ? 'reads the initial value' : `reads what step ${row.from} stored`)
  if (row.stale === true) parts.push('a newer value was in memory')
  if (row.source) parts.push(`${row.source.file}:${row.source.line}: ${row.source.text.trim()}`)
  return parts.map(plain).join('\n')
}

/** From the store's near side to the read's near side; level at both ends, so the head needs no turning. */
function Curve({ arrow: { from, to, hot } }: { arrow: Arrow }) {
  const at = to.row.step
  const right = to.x > from.x
  const x1 = right ? from.x + from.width : from.x
  const x2 = right ? to.x : to.x + to.width
  const y1 = from.y + from.height / 2
  const y2 = to.y + to.height / 2
  const back = right ? -6 : 6
  const bend = right ? 28 : -28
  const name = hot ? 'hot' : undefined
  const end = x2 + back
  return (
    <g class="arrow" data-at={at}>
      <path class={name} d={`M${x1},${y1}C${x1 + bend},${y1} ${end - bend},${y2} ${end},${y2}`} />
      <path class={hot ? 'head hot' : 'head'} d={`M${x2},${y2}l${back},-4v8z`} />
    </g>
  )
}

function describe(trace: Trace): string {
  const found = trace.violations.map((v) => {
    const step = v.sites.at(-1)?.step ?? -1
    return `${v.kind}${step < 0 ? '' : ` at step ${step}`}`
  })
  return plain(
    `Interleaving of ${list(activeThreads(trace))}, ${plural(trace.rows.length, 'step')}` +
      (found.length > 0 ? `: ${list(found)}` : '') +
      '. The text columns below say the same.',
  )
}

/** What the shapes and colours of all drawings mean. */
export function InterleavingLegend() {
  const keys = [
    ['bad', 'does the harm, or frees the object'],
    ['cause', 'hands the object on, or is the other side'],
    ['obj', 'about the same object'],
    ['drain', 'a store leaves its store buffer'],
    ['sec', 'read-side section (left of its thread)'],
    ['gp', 'grace period (right of its thread)'],
    ['alive', 'the object is alive (far left)'],
    ['waits', '… waits for its callback'],
    ['freed', '… is freed'],
  ] as const
  return (
    <>
      <ul class="legend" aria-label="Legend of the drawings">
        {keys.map(([name, text]) => (
          <li>
            <span class={`key ${name}`} aria-hidden="true" />
            {text}
          </li>
        ))}
      </ul>
      <p class="small muted">
        Time runs downward, one step a row. An arrow leads from a store to a read of it in another thread; it
        is red where it carries the violated object. Point at a step for its line of source. Where scripts
        run, a drawing can be stepped through: ← and → (or k and j), Home, End, Esc, or a click on a step.
      </p>
    </>
  )
}
