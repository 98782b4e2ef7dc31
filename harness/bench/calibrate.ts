import { Worker } from 'node:worker_threads'
import { quantile } from 'simple-statistics'
import { clock, PING, PONG, READY, STOP, WOKEN, WORDS } from './calibrate-words.js'
import type { Role, RoleData } from './calibrate-worker.js'
import type { CostName } from './costs.js'

/** One cost, measured here. */
export interface Calibrated {
  readonly name: CostName
  /** First quartile of the samples, in nanoseconds: whatever else the computer does can only add to them. */
  readonly value: number
  readonly low: number
  readonly high: number
  readonly samples: number
  readonly how: string
}

export interface Calibration {
  readonly costs: readonly Calibrated[]
  /** Nanoseconds that an addition to a word takes when another thread adds to it as well. */
  readonly contendedAdd: number | null
}

const SAMPLES = 100

/**
 * Measures what can be measured from JavaScript: loads by chasing pointers, atomics by subtracting the plain loop,
 * transfers and wake-ups by playing ping-pong with another thread on shared memory.
 */
export async function calibrate(onProgress: (what: string) => void, cores: number): Promise<Calibration> {
  const costs: Calibrated[] = []
  const add = (name: CostName, how: string, samples: readonly number[]): void => {
    const sorted = [...samples].sort((a, b) => a - b)
    const at = (q: number): number => Math.max(0, Number(quantile(sorted, q).toPrecision(3)))
    costs.push({ name, how, value: at(0.25), low: at(0.1), high: at(0.9), samples: samples.length })
  }
  onProgress('loads')
  add('hit', 'dependent loads from 16 KB', repeat(chase(16 * 1024), 50_000))
  add(
    'memory',
    'dependent loads, one a line, at random from 128 MB',
    repeat(chase(128 * 1024 * 1024), 20_000),
  )

  onProgress('atomics')
  const words = new Int32Array(new SharedArrayBuffer(4 * WORDS))
  const plain = quantile(repeat(stores(words), 50_000), 0.25)
  const over = (samples: readonly number[]): number[] => samples.map((s) => s - plain)
  add('atomic', 'Atomics.add, less the same loop with a plain addition', over(repeat(adds(words), 20_000)))
  add('cmpxchg', 'Atomics.compareExchange, less the plain loop', over(repeat(exchanges(words), 20_000)))
  const fence = process.arch === 'arm64' ? 'fence.arm64.mb' : 'fence.x86.mb'
  add(
    fence,
    'Atomics.store (sequentially consistent), less the plain loop',
    over(repeat(full(words), 20_000)),
  )
  if (cores < 2) return { costs, contendedAdd: null }

  onProgress('cache-line transfers')
  add('transfer', 'half a round trip between two threads that spin', await withOther('echo', pingPong))
  onProgress('contended atomics')
  const contended = await withOther('add', (w) => repeat(adds(w), 20_000))
  onProgress('wake-ups')
  const wake = await withOther('sleep', wakeUps)
  add(
    'wake.call',
    'Atomics.notify with a thread asleep',
    wake.map((w) => w.call),
  )
  add(
    'wake',
    "from Atomics.notify to the sleeper's next instruction",
    wake.map((w) => w.woken),
  )
  return { costs, contendedAdd: quantile(contended, 0.25) }
}

/** Nanoseconds per turn of a loop, sample by sample; the first, in which it is compiled, is left out. */
function repeat(loop: (turns: number) => void, turns: number): number[] {
  const samples: number[] = []
  for (let i = 0; i <= SAMPLES; i++) {
    const start = performance.now()
    loop(turns)
    if (i > 0) samples.push(((performance.now() - start) / turns) * 1e6)
  }
  return samples
}

/** Follows a random cycle through an array, a cache line a step. */
function chase(bytes: number): (turns: number) => void {
  const stride = 16
  const n = bytes / 64
  const next = new Int32Array(bytes / 4)
  const order = Int32Array.from({ length: n }, (_, i) => i)
  // Sattolo's shuffle gives one cycle through all; any fixed sequence of random numbers will do.
  for (let i = n - 1, state = 1; i > 0; i--) {
    state = Math.imul(state, 1664525) + 1013904223
    const k = (state >>> 0) % i
    const o = order[i] as number
    order[i] = order[k] as number
    order[k] = o
  }
  for (let i = 0; i < n; i++) next[(order[i] as number) * stride] = (order[(i + 1) % n] as number) * stride
  let at = 0
  return (turns) => {
    for (let i = 0; i < turns; i++) at = next[at] as number
  }
}

const stores =
  (w: Int32Array) =>
  (turns: number): void => {
    for (let i = 0; i < turns; i++) w[PING] = (w[PING] as number) + 1
  }
const adds =
  (w: Int32Array) =>
  (turns: number): void => {
    for (let i = 0; i < turns; i++) Atomics.add(w, PING, 1)
  }
const exchanges =
  (w: Int32Array) =>
  (turns: number): void => {
    for (let i = 0; i < turns; i++) Atomics.compareExchange(w, PING, i, i + 1)
  }
const full =
  (w: Int32Array) =>
  (turns: number): void => {
    for (let i = 0; i < turns; i++) Atomics.store(w, PING, i)
  }

/** Measures beside another thread, which is started before and stopped after. */
async function withOther<T>(role: Role, measure: (words: Int32Array) => T): Promise<T> {
  const words = new Int32Array(new SharedArrayBuffer(4 * WORDS))
  const workerData: RoleData = { role, words }
  const worker = new Worker(new URL('./calibrate-worker.js', import.meta.url), { workerData })
  const ended = new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject))
  try {
    while (Atomics.load(words, READY) === 0) await new Promise((r) => setTimeout(r, 1))
    return measure(words)
  } finally {
    Atomics.store(words, STOP, 1)
    Atomics.add(words, PING, 1)
    Atomics.notify(words, PING)
    await ended
  }
}

const TRIPS = 500

function pingPong(w: Int32Array): number[] {
  let n = 0
  return repeat((turns) => {
    for (let i = 0; i < turns; i++) {
      Atomics.store(w, PING, ++n)
      while (Atomics.load(w, PONG) !== n);
    }
  }, TRIPS).map((trip) => trip / 2)
}

function wakeUps(w: Int32Array): { call: number; woken: number }[] {
  const samples: { call: number; woken: number }[] = []
  for (let n = 1; n <= 400; n++) {
    // Until the other one sleeps.
    const until = performance.now() + 0.2
    while (performance.now() < until);
    Atomics.store(w, PING, n)
    const start = clock()
    const threads = Atomics.notify(w, PING)
    const called = clock()
    while (Atomics.load(w, PONG) !== n) Atomics.wait(w, PONG, n - 1)
    if (threads > 0) samples.push({ call: called - start, woken: Atomics.load(w, WOKEN) - start })
  }
  return samples
}
