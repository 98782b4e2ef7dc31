import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { JumpableRandomGenerator } from 'pure-rand/types/JumpableRandomGenerator'

/** A seeded stream of random numbers (xoroshiro128+). The only source of chance in the harness. */
export class Rng {
  private readonly generator: JumpableRandomGenerator

  constructor(seed: number) {
    // Neighbouring seeds give correlated first draws; scrambling the seed parts them.
    this.generator = xoroshiro128plus(scramble(seed))
  }

  /** Uniform in 0..n-1, for n up to 2^16 with a bias below n / 2^32. */
  below(n: number): number {
    return Math.floor(((this.generator.next() >>> 0) / 0x100000000) * n)
  }

  /** 32 random bits, to seed another stream. */
  bits(): number {
    return this.generator.next()
  }

  /** True once in n. */
  oneIn(n: number): boolean {
    return this.below(n) === 0
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }
}

/** A seed of its own for the i-th part of something seeded. */
export function derive(seed: number, i: number): number {
  return scramble(scramble(seed) + Math.imul(i, 0x9e3779b9))
}

/** splitmix32's finalizer. */
function scramble(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (x ^ (x >>> 15)) | 0
}
