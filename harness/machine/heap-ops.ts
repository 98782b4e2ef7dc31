import { touch } from './access.js'
import { Shared } from './footprint.js'
import { Operation } from './op.js'
import { reportUnorderedFree, report } from './reports.js'
import { Life, type Struct, type StructClass } from './struct.js'
import type { Thread } from './thread.js'

export const alloc = new Operation('alloc', (m, t) => {
  const s = m.allocator.allocate(t, t.x as StructClass<Struct>, t.y as string)
  touch(m, t, s, 'alloc')
  t.result = s
}).touching((_m, _t, f) => f.write(Shared.Allocator))

/** Up to when `t` knows what `u` did to the object, by happens-before or behind the pointer to it. */
function known(t: Thread, s: Struct, u: Thread): number {
  return Math.max(t.vc[u.id] as number, s.dependency[t.id]?.[u.id] ?? 0)
}

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
  for (const part of s.parts) {
    touch(m, t, part, 'free')
    for (const u of m.threads) {
      if (u !== t && (part.lastAccess[u.id] as number) > known(t, part, u)) reportUnorderedFree(m, t, part, u)
    }
  }
  const holder = m.linkTo(s, t)
  if (holder)
    report(
      m,
      t,
      'free-while-reachable',
      `${s.typeName} from ${holder.owner.typeName}.${holder.name}`,
      `${t.name} frees ${s.label} while ${holder.label} still points to it`,
      'error',
      s.label,
    )
  for (const part of s.parts) {
    part.life = Life.Freed
    part.freedAt = m.step
    part.freedBy = t.id
  }
  m.allocator.release(t, s)
}).touching((m, t, f) => {
  const s = t.x as Struct
  for (const part of s.parts) f.free(part)
  f.write(Shared.Links)
  if (m.allocator.byAddress(s)) f.write(Shared.Allocator)
})
