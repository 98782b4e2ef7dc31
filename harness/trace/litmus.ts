import type { Trace, TraceRow } from '../results.js'

/** What a freed object is overwritten with. */
const POISON = 666

/** Where the test comes from, for its header. */
export interface Origin {
  readonly name: string
  readonly title: string
}

/**
 * The shape of an interleaving as a litmus test in herd7's C dialect: the accesses of each thread, how they are
 * ordered, the values that were read as a filter, and a read of what was freed as the condition. `free` is a write to every field that somebody uses;
 * call_rcu() is a release that its thread acquires before a grace period. What the dialect cannot say stands there
 * as a comment. Branches and values are those of this one execution.
 */
export function litmusOf(trace: Trace, { name, title }: Origin): string {
  return new Writer(trace).write(name, title)
}

class Writer {
  private readonly initial = new Map<string, string>()
  private readonly numbers = new Map<string, number>()
  private readonly objects = new Set<string>()
  private readonly fields = new Map<string, Set<string>>()
  private readonly freedAt = new Map<string, number>()
  private readonly path: string[] = []
  private readonly harm: string[] = []
  private readonly limits = new Set<string>()

  constructor(private readonly trace: Trace) {
    for (const row of trace.rows) {
      if (row.operation === 'free') this.freedAt.set(row.object ?? '', row.step)
      if (row.cell && row.object) {
        this.objects.add(row.object)
        const fields = this.fields.get(row.object) ?? new Set()
        this.fields.set(row.object, fields.add(row.cell))
      } else if (row.object) this.objects.add(row.object)
    }
    for (const row of trace.rows) {
      if (!row.cell) continue
      if (row.operation === 'readPair') continue
      if (row.from === -1 && row.value !== undefined && !this.initial.has(row.cell)) {
        const old = /: (\S+) -> /.exec(row.text)?.[1]
        this.initial.set(row.cell, old ?? row.value)
      }
    }
  }

  write(name: string, title: string): string {
    const used = this.trace.threads
      .map((thread, id) => ({ thread, rows: this.trace.rows.filter((r) => r.thread === id) }))
      .filter(({ rows }) => rows.length > 0)
    const bodies = used.map(({ thread, rows }, n) => new ThreadWriter(n, this).write(thread.name, rows))
    const init = [...this.initial].flatMap(([cell, value]) => {
      const v = this.value(value)
      return v === '0' ? [] : [`\t${variable(cell)} = ${v};`]
    })
    for (const [text, n] of this.numbers) this.limits.add(`${n} stands for ${text}.`)
    this.limits.add('Branches, and dependencies other than through pointers, are not recorded.')
    return [
      `C ${name.replace(/[^\w+.-]+/g, '-')}`,
      '',
      '(*',
      ...[title, ...this.trace.violations.map((v) => `${v.kind}: ${v.message}`)].map(
        (l) => ` * ${comment(l)}`,
      ),
      ' *',
      ...[...this.limits].map((l) => ` * ${comment(l)}`),
      ' *)',
      '',
      '{',
      ...init,
      '}',
      '',
      ...bodies,
      ...this.outcome(),
      '',
    ].join('\n')
  }

  expect(thread: number, register: string, value: string): void {
    const list = value === String(POISON) ? this.harm : this.path
    list.push(`${thread}:${register}=${value}`)
  }

  /** Executions that take the same path; among them, those that read what was freed. */
  private outcome(): string[] {
    const all = (list: readonly string[]): string => `(${list.join(' /\\ ') || 'true'})`
    if (this.harm.length === 0) return [`exists ${all(this.path)}`]
    return [...(this.path.length > 0 ? [`filter ${all(this.path)}`] : []), `exists ${all(this.harm)}`]
  }

  limit(text: string): void {
    this.limits.add(text)
  }

  isObject(value: string | undefined): value is string {
    return value !== undefined && this.objects.has(value)
  }

  /** A number, or the name of a variable that stands for an object's address. */
  value(text: string): string {
    if (text === 'NULL' || text === 'false') return '0'
    if (text === 'true') return '1'
    if (/^-?\d+$/.test(text)) return text
    if (this.isObject(text)) return variable(text)
    const known = this.numbers.get(text) ?? 1000 + this.numbers.size
    this.numbers.set(text, known)
    return String(known)
  }

  fieldsOf(object: string): readonly string[] {
    return [...(this.fields.get(object) ?? [])]
  }

  /** What a read returns: the poison, where the object was freed before. */
  returned(row: TraceRow): string {
    const freed = this.freedAt.get(row.object ?? '')
    return freed !== undefined && freed < row.step ? String(POISON) : this.value(row.value ?? 'NULL')
  }
}

class ThreadWriter {
  private readonly lines: string[] = []
  private readonly registers: string[] = []
  private readonly parameters = new Map<string, string>()
  /** By object, the register that the pointer to it was read into. */
  private readonly pointers = new Map<string, string>()
  /** Open SRCU sections: the domain, and what srcu_read_lock returned. */
  private readonly sections: { readonly domain: string; readonly index: string }[] = []
  private depth = 0

  constructor(
    private readonly n: number,
    private readonly writer: Writer,
  ) {}

  write(name: string, rows: readonly TraceRow[]): string {
    for (const row of rows) this.row(row)
    // The execution ended here, inside its sections.
    for (; this.depth > 0; this.depth--) this.line('rcu_read_unlock();')
    const declared = this.registers.map((r) => `\tint ${r};`)
    const parameters = [...this.parameters].map(([v, type]) => `${type} *${v}`).join(', ')
    return [
      `P${this.n}(${parameters}) // ${name}`,
      '{',
      ...declared,
      ...(declared.length ? [''] : []),
      ...this.lines,
      '}',
      '',
    ].join('\n')
  }

  private row(row: TraceRow): void {
    const { operation, cell } = row
    const about = row.text.slice(operation.length).trim()
    switch (operation) {
      case 'smpMb':
        return this.line('smp_mb();')
      case 'smpRmb':
      case 'smpWmb':
        this.writer.limit('smp_rmb() and smp_wmb() are acquire and release fences in QEMU, and weaker here.')
        return this.line(operation === 'smpRmb' ? 'smp_rmb();' : 'smp_wmb();')
      case 'rcuReadLock':
        this.depth++
        return this.line('rcu_read_lock();')
      case 'rcuReadUnlock':
        this.depth--
        return this.line('rcu_read_unlock();')
      case 'srcuReadLock': {
        const r = this.register()
        const domain = this.use(about, 'struct srcu_struct')
        this.sections.push({ domain, index: r })
        return this.line(`${r} = srcu_read_lock(${domain});`)
      }
      case 'srcuReadUnlock': {
        const section = this.sections.pop()
        return section && this.line(`srcu_read_unlock(${section.domain}, ${section.index});`)
      }
      case 'gracePeriodStart':
        return this.line(
          about === 'RCU'
            ? 'synchronize_rcu();'
            : `synchronize_srcu(${this.use(about, 'struct srcu_struct')});`,
        )
      case 'gracePeriodEnd':
        return
      case 'drain':
        return this.writer.limit('When a store leaves its buffer is not said.')
      case 'lock':
        return this.line(`spin_lock(${this.use(about, 'spinlock_t')});`)
      case 'unlock':
        return this.line(`spin_unlock(${this.use(about, 'spinlock_t')});`)
      case 'callRcu':
        return this.remark(`call_rcu: ${about}`)
      case 'callRcuCount':
        this.writer.limit('call_rcu() is a release that its thread acquires; its queue is not said.')
        return this.line(`smp_store_release(${this.use('call_rcu_count')}, 1);`)
      case 'awaitCallbacks':
        return this.read(`smp_load_acquire(${this.use('call_rcu_count')})`, '1')
      case 'free': {
        const fields = this.writer.fieldsOf(row.object ?? '')
        this.remark(`free ${row.object ?? ''}`)
        for (const field of fields) this.line(`*${this.use(field)} = ${POISON};`)
        return
      }
    }
    if (cell === undefined) return this.remark(row.text)
    this.access(row, cell)
  }

  private access(row: TraceRow, cell: string): void {
    if (row.operation.endsWith('Pair')) return this.pair(row, cell)
    const returned = this.writer.returned(row)
    const to = this.address(row, cell)
    const stored = (): string => this.pointerOrNumber(row.value ?? 'NULL')
    const [, old = '', fresh = ''] = /: (\S+) -> (\S+)$/.exec(row.text) ?? []
    switch (row.operation) {
      case 'read':
        return this.read(`READ_ONCE(*${to})`, returned, row)
      case 'rcuDereference':
        return this.read(`rcu_dereference(*${to})`, returned, row)
      case 'loadAcquire':
      case 'waitUntil':
        return this.read(`smp_load_acquire(${to})`, returned, row)
      case 'plainRead':
        return this.read(`*${to}`, returned, row)
      case 'write':
        return this.line(`WRITE_ONCE(*${to}, ${stored()});`)
      case 'rcuAssignPointer':
        return this.line(`rcu_assign_pointer(*${to}, ${stored()});`)
      case 'storeRelease':
        return this.line(`smp_store_release(${to}, ${stored()});`)
      case 'plainWrite':
        return this.line(`*${to} = ${stored()};`)
      case 'xchg':
        return this.read(`xchg(${to}, ${this.pointerOrNumber(fresh)})`, this.writer.value(old))
      case 'cmpxchg':
        if (old === fresh) {
          this.remark('a cmpxchg() that fails')
          return this.read(`READ_ONCE(*${to})`, this.writer.value(old))
        }
        return this.read(
          `cmpxchg(${to}, ${this.pointerOrNumber(old)}, ${this.pointerOrNumber(fresh)})`,
          this.writer.value(old),
        )
      case 'fetchAdd':
      case 'fetchIncNonzero':
        return this.read(`atomic_fetch_add(${Number(fresh) - Number(old)}, ${to})`, this.writer.value(old))
      default:
        this.remark(row.text)
    }
  }

  /** The halves of a 16-byte access, one after the other. */
  private pair(row: TraceRow, cell: string): void {
    const [, second = '', values = ''] = /, (\S+) (?:->|=) (.*)$/.exec(row.text) ?? []
    const operation = { readPair: 'read', writePair: 'write' }[row.operation] ?? 'storeRelease'
    this.writer.limit('A 16-byte access is said as two, of 8 bytes each.')
    const cells = [cell, `${cell.slice(0, cell.lastIndexOf('.'))}.${second}`]
    values.split(', ').forEach((value, i) => {
      this.access({ ...row, operation, value }, cells[i] as string)
    })
  }

  /** A field is reached through the register that its object's pointer was read into: an address dependency. */
  private address(row: TraceRow, cell: string): string {
    const field = this.use(cell)
    const pointer = this.pointers.get(row.object ?? '')
    return pointer === undefined ? field : `(${field} + (${pointer} ^ ${pointer}))`
  }

  private read(expression: string, value: string, row?: TraceRow): void {
    const r = this.register()
    this.line(`${r} = ${expression};`)
    this.writer.expect(this.n, r, value)
    if (row && this.writer.isObject(row.value)) this.pointers.set(row.value, r)
  }

  private pointerOrNumber(text: string): string {
    const value = this.writer.value(text)
    return /^-?\d/.test(value) ? value : this.use(text)
  }

  private register(): string {
    const r = `r${this.registers.length + 1}`
    this.registers.push(r)
    return r
  }

  private use(what: string, type = 'int'): string {
    const v = variable(what)
    this.parameters.set(v, type)
    return v
  }

  private line(text: string): void {
    this.lines.push(`\t${text}`)
  }

  private remark(text: string): void {
    this.lines.push(`\t/* ${comment(text)} */`)
  }
}

const variable = (label: string): string => label.replace(/\W+/g, '_').replace(/^(?=\d)/, '_')
const comment = (text: string): string => text.replaceAll('*/', '* /').replaceAll('*)', '* )')
