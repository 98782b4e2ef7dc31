import { memslots } from './memslots.js'
import { mmu } from './mmu.js'

/** Linux 3.16, before the thread: the baseline, which candidates spread. */
export const upstream = { ...memslots, ...mmu }
