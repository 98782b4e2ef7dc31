import { touch } from './access.js'
import type { Cell } from './cell.js'
import { Operation } from './op.js'
import { reportUnorderedFree, report } from './reports.js'
import { Life, type Struct, type StructClass } from './struct.js'

export const alloc = new Operation('alloc', (m, t) => {
  const s = m.allocate(t.x as StructClass<Struct>, t.y as string)
  touch(m, t, s, 'alloc')
  t.result = s
})

/**
 * Free is an access to the whole object: every booked access of another thread must happen before it. So a
 * use-after-free is caught in executions where the use came first, too (as C11 and ThreadSanitizer treat
 * `free` as a write).
 */
export const free = new Operation('free', (m, t) => {
  const s = t.x as Struct
  t.result = undefined
  if (s.life === Life.Freed) {
    report(m, t, 'double-free', s.typeName, `${t.name} frees ${s.label} a second time`, 'error', s.label)
    m.stop()
    return
  }
  touch(m, t, s, 'free')
  for (const u of m.threads) {
    if (u !== t && (s.lastAccess[u.id] as number) > (t.vc[u.id] as number)) reportUnorderedFree(m, t, s, u)
  }
  const holder = m.linkTo(s)
  if (holder)
    report(m, t, 'free-while-reachable', `${s.typeName} from ${holder.owner.typeName}.${holder.name}`, `${t.name} frees ${s.label} while ${holder.label} still points to it`, 'error', s.label)
  s.life = Life.Freed
  s.freedAt = m.step
  s.freedBy = t.id
})

/**
 * Walks the links from the globals, breadth first, until `found` holds for one; returns that link.
 * A removed node may still point into a list: only what the program can reach counts.
 */
export function reach(
  globals: readonly Struct[],
  found: (from: Struct, link: Cell<unknown>) => boolean,
  reached: Struct[] = [],
): Cell<unknown> | null {
  reached.push(...globals)
  for (let i = 0; i < reached.length; i++) {
    const from = reached[i] as Struct
    for (const cell of from.cells) {
      if (cell.kind !== 'link' || cell.value === null) continue
      if (found(from, cell)) return cell
      if (!reached.includes(cell.value as Struct)) reached.push(cell.value as Struct)
    }
  }
  return null
}

/** What is alive at the end and cannot be reached any more. */
export function leaked(globals: readonly Struct[], structs: readonly Struct[]): Struct[] {
  const reached: Struct[] = []
  reach(globals, () => false, reached)
  return structs.filter((s) => s.life === Life.Live && !reached.includes(s))
}
