import type { ComponentChildren } from 'preact'

/** A table in a box of its own: on a phone the box scrolls, not the page. */
export function Table({
  caption,
  head,
  children,
}: {
  caption: string
  head: readonly ComponentChildren[]
  children: ComponentChildren
}) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>
          <span>{caption}</span>
        </caption>
        <thead>
          <tr>
            {head.map((title) => (
              <th scope="col">{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}

/** One row: its first cell names it. Figures stand to the right. */
export function Row({ name, cells }: { name: ComponentChildren; cells: readonly ComponentChildren[] }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {cells.map((cell) => (
        <td class={typeof cell === 'string' && FIGURE.test(cell) ? 'n' : undefined}>{cell}</td>
      ))}
    </tr>
  )
}

/** Whether an interleaving breaks a candidate, and how. */
export function Breaks({ kinds }: { kinds: readonly string[] | undefined }) {
  return kinds ? (
    <td class="broken" title={kinds.join(', ')}>
      ✗
    </td>
  ) : (
    <td />
  )
}

const FIGURE = /^((≈ )?[+−±]?\d[\d.,e-]*( ± [\d.,e-]+)?( ([nµm]?s|[%×]))?|–)$/
