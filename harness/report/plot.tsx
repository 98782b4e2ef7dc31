import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import type { ComponentChildren } from 'preact'
import type { Look } from './palette.js'

/** What we use of the elements that Plot returns; the project knows no DOM types. */
interface PlotElement {
  readonly outerHTML: string
  setAttribute(name: string, value: string): void
  getAttribute(name: string): string | null
  removeAttribute(name: string): void
  remove(): void
  querySelectorAll(selectors: string): Iterable<PlotElement>
}

/** Narrow enough for a phone; wider screens get several side by side. */
export const PLOT_WIDTH = 328
/** Of what deserves more room; a phone shrinks it. */
const WIDE = 480
/** Room for tick labels and the axis label beneath them. */
export const AXIS = 44

/** An inline SVG; its styles are the page's. */
export function svg(options: Plot.PlotOptions, description: string): string {
  const { document } = parseHTML('<html></html>')
  const element = Plot.plot({
    width: PLOT_WIDTH,
    className: 'plot',
    style: { fontSize: '12px' },
    ...options,
    document,
  }) as unknown as PlotElement
  for (const style of element.querySelectorAll('style')) style.remove()
  // An image has no parts to name.
  for (const part of element.querySelectorAll('[aria-label]')) {
    part.setAttribute('class', part.getAttribute('aria-label') ?? '')
    part.removeAttribute('aria-label')
    part.removeAttribute('aria-description')
  }
  element.setAttribute('role', 'img')
  element.setAttribute('aria-label', description)
  return element.outerHTML
}

export function Figure({
  caption,
  description,
  options,
  command = '',
  wide = false,
}: {
  caption: ComponentChildren
  /** What someone who does not see the plot should know. */
  description: string
  options: Plot.PlotOptions
  /** Makes what is shown again. */
  command?: string
  /** Wider, where there is room. */
  wide?: boolean
}) {
  const size = wide ? { width: WIDE } : {}
  return (
    <figure class={wide ? 'wide' : undefined}>
      <figcaption>{caption}</figcaption>
      <div class="plotbox" dangerouslySetInnerHTML={{ __html: svg({ ...size, ...options }, description) }} />
      {command === '' ? null : <Again command={command} />}
    </figure>
  )
}

/** The command that makes a figure again, folded away. */
export function Again({ command }: { command: string }) {
  return (
    <details class="again">
      <summary>Make it again</summary>
      <code class="cmd">{command}</code>
    </details>
  )
}

/** Lines and symbols per candidate (Plot sets a dash per mark, not per series); faint ones lie beneath. */
export function series<T extends { readonly fix: string }>(
  lines: readonly T[],
  dots: readonly T[],
  looks: readonly Look[],
  options: Plot.LineOptions,
): Plot.Markish[] {
  return looks
    .toSorted((a, b) => Number(b.faint) - Number(a.faint))
    .flatMap((look) => {
      const mine = (d: T): boolean => d.fix === look.name
      const line = Plot.line(lines.filter(mine), {
        x: 'x',
        y: 'y',
        stroke: look.colour,
        strokeDasharray: look.dash,
        strokeWidth: look.faint ? 0.75 : 1.5,
        ...options,
      })
      if (look.faint) return [line]
      return [
        line,
        Plot.dot(dots.filter(mine), { x: 'x', y: 'y', fill: look.colour, symbol: look.symbol, r: 3.75 }),
      ]
    })
}

/** Symbols with names, in HTML: it wraps where the screen is narrow. */
export function Legend({ looks }: { looks: readonly Look[] }) {
  const [faint] = looks.filter((l) => l.faint)
  return (
    <ul class="legend" aria-label="Legend">
      {looks
        .filter((l) => !l.faint)
        .map((look) => (
          <Entry look={look} text={look.label} />
        ))}
      {faint ? <Entry look={faint} text="✗ the other broken candidates: see the tables" /> : null}
    </ul>
  )
}

function Entry({ look, text }: { look: Look; text: string }) {
  return (
    <li>
      <span aria-hidden="true" dangerouslySetInnerHTML={{ __html: swatch(look) }} />
      {text}
    </li>
  )
}

function swatch(look: Look): string {
  const options: Plot.PlotOptions = {
    width: 26,
    height: 12,
    margin: 0,
    axis: null,
    x: { domain: [0, 26], range: [0, 26] },
    y: { domain: [0, 12], range: [0, 12] },
    marks: [
      Plot.line(
        [
          [0, 6],
          [26, 6],
        ],
        { stroke: look.colour, strokeDasharray: look.dash },
      ),
      look.faint ? null : Plot.dot([[13, 6]], { r: 4, symbol: look.symbol, fill: look.colour }),
    ],
  }
  return svg(options, look.name)
}
