/** Numbers as people read them. No locale, so that the same file gives the same page everywhere. */

export function count(n: number): string {
  const [whole = '', fraction] = (Number.isInteger(n) ? String(n) : short(n)).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** Three significant digits, without an exponent where that is readable. */
export function short(n: number): string {
  if (!Number.isFinite(n)) return '–'
  if (n === 0) return '0'
  const size = Math.abs(n)
  if (size < 1e-4) return n.toExponential(1)
  if (size >= 100) return String(Math.round(n))
  return String(Number(n.toPrecision(3)))
}

export function nanoseconds(ns: number): string {
  const size = Math.abs(ns)
  if (size >= 1e9) return `${short(ns / 1e9)} s`
  if (size >= 1e6) return `${short(ns / 1e6)} ms`
  if (size >= 1e4) return `${short(ns / 1e3)} µs`
  return `${count(ns)} ns`
}

export const percent = (share: number): string => `${short(share * 100)} %`

/** Of a search that is not finished, by an estimate: two digits, and never 100 %. */
export function progress(share: number): string {
  const n = share * 100
  return `${n >= 10 || n === 0 ? Math.floor(n) : n.toPrecision(2)} %`
}

/** From here on people count in times, not in percent. */
export const MANY = 4

/** A change that nobody would write down. */
export const isNothing = (ratio: number): boolean => Math.abs(ratio - 1) < 1e-4

/** `+12 %`: how much more than a base; `51 ×` where it is many times as much. */
export function change(value: number, base: number): string {
  if (value === base) return '±0 %'
  if (!(base > 0)) return '–'
  const ratio = value / base
  if (isNothing(ratio)) return '±0.00 %'
  if (ratio >= MANY) return `${short(ratio)} ×`
  return `${ratio < 1 ? '−' : '+'}${short(Math.abs(ratio - 1) * 100)} %`
}

/** A figure in its unit. */
export function quantity(value: number, unit: string): string {
  if (unit === 'ns') return nanoseconds(value)
  return `${count(value)}${unit === '' ? '' : ` ${unit}`}`
}

/** The same, with its interval. */
export function within(value: number, half: number, unit: string): string {
  if (unit === 'ns') return nanosecondsWithin(value, half)
  return `${count(value)} ± ${narrow(half)}${unit === '' ? '' : ` ${unit}`}`
}

/** `11.8 ± 0.24 ns`: both in the unit of the value. */
export function nanosecondsWithin(ns: number, half: number): string {
  const [, unit = ''] = nanoseconds(ns).split(' ')
  const scale = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 }[unit] ?? 1
  return `${count(ns / scale)} ± ${narrow(half / scale)} ${unit}`
}

/** An interval needs two digits, no more. */
const narrow = (n: number): string => (n === 0 || n >= 100 ? short(n) : short(Number(n.toPrecision(2))))

export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`

/** `a`, `a and b`, `a, b and c`. */
export function list(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

export const unique = <T>(values: Iterable<T>): T[] => [...new Set(values)]
