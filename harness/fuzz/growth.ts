/** Coverage after so many executions. */
export interface GrowthPoint {
  readonly executions: number
  readonly points: number
}

/** Coverage over executions, a point whenever it has grown by an eighth. */
export class Growth {
  constructor(private readonly series: GrowthPoint[] = []) {}

  add(executions: number, points: number): void {
    const last = this.series.at(-1)
    if (!last || points > last.points * 1.125) this.series.push({ executions, points })
  }

  /** The series up to an end that is given. */
  until(executions: number, points: number): GrowthPoint[] {
    return [...this.series.filter((p) => p.executions < executions), { executions, points }]
  }

  get points(): readonly GrowthPoint[] {
    return this.series
  }
}
