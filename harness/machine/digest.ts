import { hashString } from './hash.js'

/** What knows by itself what makes it equal to another: objects whose identity is the machine's, not JavaScript's. */
export interface Identified {
  identify(words: Words): void
}

const keys = new Map<string, number>()

function keyHash(key: string): number {
  let hash = keys.get(key)
  if (hash === undefined) keys.set(key, (hash = hashString(key)))
  return hash
}

const scratch = new DataView(new ArrayBuffer(8))

/**
 * A 64-bit hash in two lanes that share no constant, fed word by word: what two states have in common is decided
 * by it (hash compaction; Wolper and Leroy, CAV 1993).
 */
export class Words {
  a = 0
  b = 0

  word(x: number): void {
    let { a, b } = this
    a = Math.imul(a ^ x, 0x9e3779b1)
    this.a = Math.imul(a ^ (a >>> 15), 0x85ebca77)
    b = Math.imul((b + x) | 0, 0xc2b2ae3d)
    this.b = Math.imul(b ^ (b >>> 13), 0x27d4eb2f) + 0x165667b1
  }

  /** A value as programs compare it: by content, or by identity where it has one. */
  value(v: unknown): void {
    switch (typeof v) {
      case 'number':
        if ((v | 0) === v) this.word(v)
        else {
          scratch.setFloat64(0, v)
          this.word(scratch.getInt32(0))
          this.word(scratch.getInt32(4))
        }
        return
      case 'undefined':
        return this.word(0x7e11)
      case 'boolean':
        return this.word(v ? 0x7e12 : 0x7e13)
      case 'string':
        return this.word(hashString(v) ^ 0x7e14)
      case 'object':
        if (v === null) this.word(0x7e15)
        else this.object(v)
        return
      default:
        throw new TypeError(`a ${typeof v} can be no part of a state`)
    }
  }

  private object(v: object): void {
    if ('identify' in v) return (v as Identified).identify(this)
    let n = 0
    for (const key in v) {
      n++
      this.word(keyHash(key))
      this.value((v as { readonly [key: string]: unknown })[key])
    }
    this.word(n ^ 0x7e16)
  }
}

/** Kinds of items in a digest. */
export const enum Part {
  Thread = 1,
  Cell,
  Struct,
  Dependency,
  Storage,
  Section,
  GracePeriod,
  Domain,
  Mutex,
  Condition,
  Queue,
  Lost,
  Fences,
  PairRead,
  Book,
}

/** A hash of a set of items: each is fed as words between `begin` and `end`; their order does not matter. */
export class Digest extends Words {
  low = 0
  high = 0

  clear(): void {
    this.low = this.high = 0
  }

  begin(kind: number): void {
    this.a = kind
    this.b = ~kind
  }

  end(): void {
    this.word(0x5eed)
    this.low = (this.low + (this.a ^ (this.a >>> 16))) | 0
    this.high = (this.high + (this.b ^ (this.b >>> 16))) | 0
  }
}

/** What a thread has come to know, and so where it stands: a coroutine is a function of the answers it got. */
export class History extends Words implements Identified {
  reset(): void {
    this.a = this.b = 0
  }

  set(a: number, b: number): void {
    this.a = a
    this.b = b
  }

  identify(words: Words): void {
    words.word(this.a)
    words.word(this.b)
  }
}
