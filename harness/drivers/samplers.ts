import type { Driver } from './driver.js'
import { PctDriver } from './pct.js'
import { PosDriver } from './pos.js'
import { RandomDriver } from './random.js'
import { SurwDriver } from './surw.js'

/** The sampling strategies, by the name that `--driver` takes. */
export const SAMPLERS: { readonly [name: string]: () => readonly Driver[] } = {
  random: () => [new RandomDriver()],
  pct: () => [new PctDriver(3), new PctDriver(4), new PctDriver(5)],
  pos: () => [new PosDriver()],
  surw: () => [new SurwDriver()],
  /** Half of the executions are POS's, which finds the known races fastest; the others see what it does not. */
  mixed: () => {
    const pos = new PosDriver()
    return [pos, pos, pos, pos, new PctDriver(3), new PctDriver(4), new PctDriver(5), new RandomDriver()]
  },
}
