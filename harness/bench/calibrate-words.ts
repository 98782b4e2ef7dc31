/** The words that the threads of a measurement share, each on a cache line of its own. */
const LINE = 16
export const READY = 0
export const STOP = LINE
export const PING = 2 * LINE
export const PONG = 3 * LINE
export const WOKEN = 4 * LINE
export const WORDS = 5 * LINE

/** Nanoseconds of the clock that all threads share, as far as a word holds them. */
export const clock = (): number => Number(process.hrtime.bigint() & 0x7fffffffn)
