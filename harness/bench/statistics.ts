import { sampleStandardDeviation } from 'simple-statistics'

/** Student's t, 0.975 quantile, for 1 to 10 degrees of freedom, then 20 and many. */
const T975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]

/** Rounded up between the table's entries: an interval errs on the wide side. */
function studentT(degrees: number): number {
  return T975[degrees - 1] ?? (degrees < 20 ? 2.228 : degrees < 60 ? 2.086 : 2.0)
}

/** Half-width of the 95 % confidence interval of the mean of independent replications. */
export function halfWidth(samples: readonly number[]): number {
  if (samples.length < 2) return 0
  return (studentT(samples.length - 1) * sampleStandardDeviation([...samples])) / Math.sqrt(samples.length)
}

/** A part of a whole, or 0 of nothing. */
export const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
