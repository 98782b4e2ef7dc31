import { workerData } from 'node:worker_threads'
import { clock, PING, PONG, READY, STOP, WOKEN } from './calibrate-words.js'

/** The other thread of a measurement. All go on as long as `words[STOP]` is 0. */
export type Role = 'echo' | 'add' | 'sleep'
export interface RoleData {
  readonly role: Role
  readonly words: Int32Array
}

const { role, words } = workerData as RoleData
Atomics.add(words, READY, 1)
const goesOn = (): boolean => Atomics.load(words, STOP) === 0

if (role === 'echo') {
  for (let last = 0; goesOn();) {
    const now = Atomics.load(words, PING)
    if (now !== last) Atomics.store(words, PONG, (last = now))
  }
} else if (role === 'add') {
  while (goesOn()) Atomics.add(words, PING, 1)
} else {
  for (let last = 0; goesOn();) {
    Atomics.wait(words, PING, last)
    Atomics.store(words, WOKEN, clock())
    last = Atomics.load(words, PING)
    Atomics.store(words, PONG, last)
    Atomics.notify(words, PONG)
  }
}
