import { Operation } from './op.js'

/**
 * Lets time pass. Only a driver that keeps time gives it a meaning; to all others it is a step like any other,
 * and the least of them: it touches nothing.
 */
export const sleep = new Operation('sleep', (_m, t) => {
  t.result = undefined
}).touching(() => undefined)
