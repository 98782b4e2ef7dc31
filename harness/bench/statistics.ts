import { mean, sampleStandardDeviation, sampleVariance } from 'simple-statistics'

/**
 * Student's t distribution: the probability that |T| exceeds |t|, for whole degrees of freedom
 * (Abramowitz and Stegun, 26.7.3 and 26.7.4: finite series in the angle).
 */
export function studentP(t: number, degrees: number): number {
  if (degrees > 300) return 2 * (1 - normal(Math.abs(t)))
  const angle = Math.atan(Math.abs(t) / Math.sqrt(degrees))
  const cos = Math.cos(angle)
  const odd = degrees % 2 === 1
  let term = odd ? cos : 1
  let sum = degrees === 1 ? 0 : term
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= (cos * cos * (k - 1)) / k
    sum += term
  }
  const inside = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum
  return Math.max(0, 1 - inside)
}

/** Abramowitz and Stegun, 7.1.26, exact to 1e-7. */
function normal(z: number): number {
  const t = 1 / (1 + (0.3275911 * z) / Math.SQRT2)
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return 1 - (series * Math.exp((-z * z) / 2)) / 2
}

const quantiles = new Map<number, number>()

/** The t that |T| exceeds in 5 % of all cases. */
export function studentT(degrees: number): number {
  const known = quantiles.get(degrees)
  if (known !== undefined) return known
  let low = 1.9
  let high = 13
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (studentP(middle, degrees) > 0.05) low = middle
    else high = middle
  }
  quantiles.set(degrees, high)
  return high
}

/** Half-width of the 95 % confidence interval of the mean of independent replications. */
export function halfWidth(samples: readonly number[]): number {
  if (samples.length < 2) return 0
  return (studentT(samples.length - 1) * sampleStandardDeviation([...samples])) / Math.sqrt(samples.length)
}

export interface Difference {
  /** `b` less `a`. */
  readonly value: number
  readonly interval: number
  /** Probability of a difference this large where there is none. */
  readonly p: number
}

/**
 * Of replications that got the same random numbers one by one: what is common to both drops out of the
 * differences (common random numbers: Law, Simulation Modeling and Analysis, 11.2).
 */
export function paired(a: readonly number[], b: readonly number[]): Difference {
  const differences = a.map((x, i) => (b[i] as number) - x)
  if (differences.length < 2) return { value: differences[0] ?? 0, interval: 0, p: 1 }
  const value = mean(differences)
  const error = sampleStandardDeviation(differences) / Math.sqrt(differences.length)
  return test(value, error, differences.length - 1)
}

/** Of independent replications, with variances of their own (Welch). */
export function welch(a: readonly number[], b: readonly number[]): Difference {
  if (a.length < 2 || b.length < 2) return { value: 0, interval: 0, p: 1 }
  const value = mean([...b]) - mean([...a])
  const va = sampleVariance([...a]) / a.length
  const vb = sampleVariance([...b]) / b.length
  const spread = va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1)
  return test(value, Math.sqrt(va + vb), spread === 0 ? 1 : Math.max(1, Math.floor((va + vb) ** 2 / spread)))
}

function test(value: number, error: number, degrees: number): Difference {
  // Without any noise, what differs differs; but a sum may be added in another order.
  if (error <= Math.abs(value) * 1e-12) return { value, interval: 0, p: value === 0 ? 1 : 0 }
  return { value, interval: studentT(degrees) * error, p: studentP(value / error, degrees) }
}

/**
 * Which of several tests are significant at 5 % in all, however many there are (Holm, 1979): a hundred
 * comparisons of equals find no difference in 95 of 100 runs.
 */
export function significant(ps: readonly number[]): boolean[] {
  const order = ps.map((_, i) => i).sort((a, b) => (ps[a] as number) - (ps[b] as number))
  const result = ps.map(() => false)
  for (const [rank, i] of order.entries()) {
    if ((ps[i] as number) > 0.05 / (ps.length - rank)) break
    result[i] = true
  }
  return result
}

/**
 * Whether `n` values say anything of a percentile: at 95 % it lies between the least and the largest of them, that
 * is, the chance that all are on one side of it is at most 2.5 % (distribution-free intervals of order statistics:
 * David and Nagaraja, Order Statistics, 7.1). The median takes 6 values, p99.9 takes 3688.
 */
export const tellsPercentile = (level: number, n: number): boolean =>
  (Math.max(level, 100 - level) / 100) ** n <= 0.025

/** A part of a whole, or 0 of nothing. */
export const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
