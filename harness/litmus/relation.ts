/** A binary relation over the events of one execution: row `a` has a bit for each `b` with (a, b) in it. */
export type Relation = Uint32Array
/** A set of events: one row. */
export type EventSet = Uint32Array

/**
 * The algebra of relations over `n` events, with the operators of the cat language. Relations are taken from a
 * pool: `release(mark())` gives back what was made in between, so that the check of a candidate allocates nothing.
 */
export class Algebra {
  /** Words in a row. */
  readonly w: number
  private readonly pool: Relation[] = []
  private used = 0

  constructor(readonly n: number) {
    this.w = (n + 31) >>> 5
  }

  mark(): number {
    return this.used
  }

  release(mark: number): void {
    this.used = mark
  }

  empty(): Relation {
    const r = (this.pool[this.used] ??= new Uint32Array(this.n * this.w))
    this.used++
    return r.fill(0)
  }

  private copy(a: Relation): Relation {
    const r = (this.pool[this.used] ??= new Uint32Array(this.n * this.w))
    this.used++
    r.set(a)
    return r
  }

  add(r: Relation, a: number, b: number): void {
    const i = a * this.w + (b >>> 5)
    r[i] = (r[i] as number) | (1 << (b & 31))
  }

  has(r: Relation, a: number, b: number): boolean {
    return (((r[a * this.w + (b >>> 5)] as number) >>> (b & 31)) & 1) === 1
  }

  set(member: (id: number) => boolean): EventSet {
    const s = new Uint32Array(this.w)
    for (let i = 0; i < this.n; i++) if (member(i)) s[i >>> 5] = (s[i >>> 5] as number) | (1 << (i & 31))
    return s
  }

  relation(member: (a: number, b: number) => boolean): Relation {
    const r = this.empty()
    for (let a = 0; a < this.n; a++) for (let b = 0; b < this.n; b++) if (member(a, b)) this.add(r, a, b)
    return r
  }

  /** `a | b | ...` */
  or(a: Relation, ...others: readonly Relation[]): Relation {
    const r = this.copy(a)
    for (const b of others) for (let i = 0; i < r.length; i++) r[i] = (r[i] as number) | (b[i] as number)
    return r
  }

  /** `a & b` */
  and(a: Relation, b: Relation): Relation {
    const r = this.copy(a)
    for (let i = 0; i < r.length; i++) r[i] = (r[i] as number) & (b[i] as number)
    return r
  }

  /** `a \ b` */
  minus(a: Relation, b: Relation): Relation {
    const r = this.copy(a)
    for (let i = 0; i < r.length; i++) r[i] = (r[i] as number) & ~(b[i] as number)
    return r
  }

  /** `[s] ; a` */
  from(s: EventSet, a: Relation): Relation {
    const { n, w } = this
    const r = this.copy(a)
    for (let i = 0; i < n; i++)
      if ((((s[i >>> 5] as number) >>> (i & 31)) & 1) === 0) r.fill(0, i * w, (i + 1) * w)
    return r
  }

  /** `a ; [s]` */
  to(a: Relation, s: EventSet): Relation {
    const { n, w } = this
    const r = this.copy(a)
    for (let i = 0, k = 0; i < n; i++)
      for (let j = 0; j < w; j++, k++) r[k] = (r[k] as number) & (s[j] as number)
    return r
  }

  /** `[s] ; a ; [t]` */
  between(s: EventSet, a: Relation, t: EventSet): Relation {
    return this.to(this.from(s, a), t)
  }

  /** `[s]` */
  identity(s: EventSet): Relation {
    const r = this.empty()
    for (let i = 0; i < this.n; i++) if (((s[i >>> 5] as number) >>> (i & 31)) & 1) this.add(r, i, i)
    return r
  }

  /** `a ; b ; ...` */
  seq(a: Relation, ...others: readonly Relation[]): Relation {
    let r = a
    for (const b of others) r = this.compose(r, b)
    return r
  }

  private compose(a: Relation, b: Relation): Relation {
    const { n, w } = this
    const r = this.empty()
    for (let i = 0; i < n; i++) {
      const row = i * w
      for (let j = 0; j < w; j++) {
        let bits = a[row + j] as number
        while (bits !== 0) {
          const bit = 31 - Math.clz32(bits & -bits)
          bits &= bits - 1
          const other = ((j << 5) + bit) * w
          for (let k = 0; k < w; k++) r[row + k] = (r[row + k] as number) | (b[other + k] as number)
        }
      }
    }
    return r
  }

  /** `a^-1` */
  inverse(a: Relation): Relation {
    const { n, w } = this
    const r = this.empty()
    for (let i = 0; i < n; i++)
      for (let j = 0; j < w; j++) {
        let bits = a[i * w + j] as number
        while (bits !== 0) {
          const bit = 31 - Math.clz32(bits & -bits)
          bits &= bits - 1
          this.add(r, (j << 5) + bit, i)
        }
      }
    return r
  }

  /** `a+` */
  plus(a: Relation): Relation {
    const { n, w } = this
    const r = this.copy(a)
    for (let k = 0; k < n; k++) {
      const word = k >>> 5
      const bit = 1 << (k & 31)
      const through = k * w
      let any = 0
      for (let j = 0; j < w; j++) any |= r[through + j] as number
      if (any === 0) continue
      for (let i = 0, row = 0; i < n; i++, row += w) {
        if (((r[row + word] as number) & bit) === 0) continue
        for (let j = 0; j < w; j++) r[row + j] = (r[row + j] as number) | (r[through + j] as number)
      }
    }
    return r
  }

  /** `a*` */
  star(a: Relation): Relation {
    return this.maybe(this.plus(a))
  }

  /** `a?` */
  maybe(a: Relation): Relation {
    const r = this.copy(a)
    for (let i = 0; i < this.n; i++) this.add(r, i, i)
    return r
  }

  isEmpty(a: Relation): boolean {
    for (let i = 0; i < a.length; i++) if (a[i] !== 0) return false
    return true
  }

  equal(a: Relation, b: Relation): boolean {
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
    return true
  }

  irreflexive(a: Relation): boolean {
    for (let i = 0; i < this.n; i++) if (this.has(a, i, i)) return false
    return true
  }

  /** Takes away, again and again, what has no predecessor left. */
  acyclic(a: Relation): boolean {
    const { n, w } = this
    const degree = new Uint16Array(n)
    for (let i = 0; i < n; i++) this.each(a, i, (j) => (degree[j] as number)++)
    const stack: number[] = []
    for (let i = 0; i < n; i++) if (degree[i] === 0) stack.push(i)
    let gone = 0
    while (stack.length > 0) {
      const i = stack.pop() as number
      gone++
      const row = i * w
      for (let j = 0; j < w; j++) {
        let bits = a[row + j] as number
        while (bits !== 0) {
          const b = (j << 5) + 31 - Math.clz32(bits & -bits)
          bits &= bits - 1
          if (--(degree[b] as number) === 0) stack.push(b)
        }
      }
    }
    return gone === n
  }

  each(a: Relation, i: number, f: (j: number) => void): void {
    const { w } = this
    for (let j = 0; j < w; j++) {
      let bits = a[i * w + j] as number
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits)
        bits &= bits - 1
        f((j << 5) + bit)
      }
    }
  }
}
