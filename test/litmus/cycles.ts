/**
 * Litmus tests from cycles, in the manner of diy (Alglave, Maranget, Sarkar, Sewell, "Fences in weak memory
 * models", CAV 2010): threads of one or two accesses, each ordered in some way, linked by communication.
 */

export type Direction = 'R' | 'W'

/** Two accesses of a thread and what stands between or around them; or a single access. */
export interface Step {
  readonly from: Direction
  readonly to: Direction
  readonly order: Order
  readonly single?: boolean
}

/** How a thread's two accesses are ordered. */
export type Order =
  | 'po'
  | 'mb'
  | 'rmb'
  | 'wmb'
  | 'acquire'
  | 'release'
  | 'addr'
  | 'data'
  | 'ctrl'
  | 'unlock-lock'
  | 'gp'
  | 'rscs'
  | 'srcu-gp'
  | 'srcu-rscs'
  | 'rmw'

/** What can stand between two accesses, by their directions. */
export const ORDERS: Readonly<Record<`${Direction}${Direction}`, readonly Order[]>> = {
  RR: ['po', 'rmb', 'mb', 'acquire', 'addr', 'unlock-lock', 'rmw'],
  RW: ['po', 'mb', 'acquire', 'release', 'addr', 'data', 'ctrl', 'unlock-lock'],
  WR: ['po', 'mb', 'unlock-lock', 'rmw'],
  WW: ['po', 'wmb', 'mb', 'release', 'unlock-lock'],
}

/** One access of a test under construction. */
interface Access {
  readonly direction: Direction
  readonly location: string
  readonly register: string
  value: number
}

/** The test whose condition asks for exactly this cycle. Between neighbours, the link follows from directions. */
export function testOf(name: string, cycle: readonly Step[], header = ''): string | null {
  const n = cycle.length
  const accesses: Access[][] = []
  const locations: string[] = []
  // Locations: a new one behind every thread that moves on.
  let current = 0
  const names = 'xyzabcdefgh'
  const moving = cycle.filter((s) => !s.single).length
  if (moving < 2) return null
  cycle.forEach((step, i) => {
    const first: Access = {
      direction: step.from,
      location: names[current] as string,
      register: 'r1',
      value: -1,
    }
    const list = [first]
    if (!step.single) {
      current = (current + 1) % moving
      list.push({ direction: step.to, location: names[current] as string, register: 'r2', value: -1 })
    }
    accesses[i] = list
  })
  for (const a of accesses.flat()) if (!locations.includes(a.location)) locations.push(a.location)
  // Links: from the last access of a thread to the first of the next. R to R is none.
  const links = accesses.map(
    (list, i) => [list.at(-1) as Access, (accesses[(i + 1) % n] as Access[])[0] as Access] as const,
  )
  if (links.some(([a, b]) => a.direction === 'R' && b.direction === 'R')) return null
  // Values: the writes to a location in the order that the cycle gives them, starting behind the thread that
  // moves there.
  const order = links.map(([a]) => a)
  const start = cycle.findIndex((s) => !s.single)
  const conditions: string[] = []
  const finals = new Map<string, number>()
  const newest = new Map<string, number>()
  for (let k = 0; k < n; k++) {
    const i = (start + k) % n
    const [from, to] = links[i] as (typeof links)[number]
    const first = order[i] === from && !(cycle[i] as Step).single
    if (first) newest.set(from.location, 0)
    if (first && from.direction === 'W') {
      from.value = 1
      newest.set(from.location, 1)
    }
    if (first && from.direction === 'R') from.value = 0
    const last = newest.get(to.location) as number
    if (to.direction === 'W') {
      to.value = last + 1
      newest.set(to.location, to.value)
    } else to.value = last
    finals.set(to.location, newest.get(to.location) as number)
  }
  accesses.forEach((list, i) => {
    for (const a of list) if (a.direction === 'R') conditions.push(`${i}:${a.register}=${a.value}`)
  })
  for (const [location, value] of finals) if (value > 1) conditions.push(`${location}=${value}`)
  const bodies = cycle.map((step, i) => thread(i, step, accesses[i] as Access[], locations))
  return `C ${name}\n${header}{}\n\n${bodies.join('\n')}\nexists (${conditions.join(' /\\ ')})\n`
}

function thread(i: number, step: Step, list: readonly Access[], locations: readonly string[]): string {
  const used = locations.filter((l) => list.some((a) => a.location === l))
  const parameters = used.map((l) => `int *${l}`)
  const before: string[] = []
  const between: string[] = []
  const after: string[] = []
  const declared = list.filter((a) => a.direction === 'R').map((a) => a.register)
  const [first, second] = list as [Access, Access | undefined]
  const text = list.map(plain)
  if (second) {
    switch (step.order) {
      case 'po':
        break
      case 'mb':
      case 'rmb':
      case 'wmb':
        between.push(`smp_${step.order}();`)
        break
      case 'acquire':
        text[0] = `${first.register} = smp_load_acquire(${first.location});`
        break
      case 'release':
        text[1] = `smp_store_release(${second.location}, ${second.value});`
        break
      case 'addr':
        text[1] = plain({
          ...second,
          location: `(${second.location} + (${first.register} ^ ${first.register}))`,
        })
        break
      case 'data':
        text[1] = `WRITE_ONCE(*${second.location}, (${first.register} ^ ${first.register}) + ${second.value});`
        break
      case 'ctrl':
        text[1] = `if (${first.register} != 7)\n\t\t${plain(second)}`
        break
      case 'unlock-lock':
        parameters.push(`spinlock_t *s${i}`)
        before.push(`spin_lock(s${i});`)
        between.push(`spin_unlock(s${i});`, `spin_lock(s${i});`)
        after.push(`spin_unlock(s${i});`)
        break
      case 'gp':
        between.push('synchronize_rcu();')
        break
      case 'rscs':
        before.push('rcu_read_lock();')
        after.push('rcu_read_unlock();')
        break
      case 'srcu-gp':
        parameters.push('struct srcu_struct *ss')
        between.push('synchronize_srcu(ss);')
        break
      case 'srcu-rscs':
        parameters.push('struct srcu_struct *ss')
        declared.push('idx')
        before.push('idx = srcu_read_lock(ss);')
        after.push('srcu_read_unlock(ss, idx);')
        break
      case 'rmw':
        parameters.push(`int *own${i}`)
        declared.push('r9')
        between.push(`r9 = xchg(own${i}, 1);`)
        break
    }
  }
  const lines = [...before, text[0] as string, ...between, ...text.slice(1), ...after]
  const declarations = declared.map((r) => `\tint ${r};\n`).join('')
  return `P${i}(${parameters.join(', ')})\n{\n${declarations}${declared.length ? '\n' : ''}${lines.map((l) => `\t${l}\n`).join('')}}\n`
}

function plain(a: Access): string {
  return a.direction === 'R'
    ? `${a.register} = READ_ONCE(*${a.location});`
    : `WRITE_ONCE(*${a.location}, ${a.value});`
}

/** All steps of the given orders, and the single accesses. */
export function steps(orders = ORDERS): Step[] {
  const all: Step[] = []
  for (const from of ['R', 'W'] as const)
    for (const to of ['R', 'W'] as const)
      for (const order of orders[`${from}${to}`]) all.push({ from, to, order })
  return all
}

export const SINGLE: readonly Step[] = [
  { from: 'W', to: 'W', order: 'po', single: true },
  { from: 'R', to: 'R', order: 'po', single: true },
]
