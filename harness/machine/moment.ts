/** A point in one thread's program order. */
export class Moment {
  constructor(
    readonly thread: number,
    readonly clock: number,
    readonly step: number,
  ) {}
}
