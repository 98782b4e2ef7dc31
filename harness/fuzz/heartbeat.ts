/** Bytes for what is being run, as JSON; what is longer is cut. */
const ROOM = 1 << 16

/**
 * Memory that a worker thread shares with its pool, for a thread that is stuck cannot send messages: a count
 * of executions, and the program that is being run.
 */
export class Heartbeat {
  private readonly numbers: Int32Array
  private readonly text: Uint8Array

  constructor(readonly memory = new SharedArrayBuffer(8 + ROOM)) {
    this.numbers = new Int32Array(memory, 0, 2)
    this.text = new Uint8Array(memory, 8)
  }

  beat(): void {
    Atomics.add(this.numbers, 0, 1)
  }

  get beats(): number {
    return Atomics.load(this.numbers, 0)
  }

  /** Says what is run from now on. */
  say(program: Running): void {
    const bytes = Buffer.from(JSON.stringify(program)).subarray(0, ROOM)
    this.text.set(bytes)
    Atomics.store(this.numbers, 1, bytes.length)
    this.beat()
  }

  /** What is run, or null if nothing is yet. */
  get running(): Running | null {
    const length = Atomics.load(this.numbers, 1)
    if (length === 0 || length === ROOM) return null
    return JSON.parse(Buffer.from(this.text.slice(0, length)).toString()) as Running
  }
}

export interface Running {
  readonly fix: string
  readonly scenario: unknown
}
