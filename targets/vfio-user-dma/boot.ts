import type { Machine } from '#harness/machine/index.js'
import {
  AddressSpace,
  FlatView,
  Mapping,
  MemoryRegion,
  RAMBlock,
  RAMList,
  Socket,
  VfuCtx,
} from './entities.js'
import { DmaOracle } from './oracle.js'
import type { Request } from './scenario.js'
import { pageName, type Server, type VfioUserFix } from './server.js'

/** Puts the server on a machine, with the first `mapped` pages mapped. */
export function boot(m: Machine, fix: VfioUserFix, mapped: number, script: readonly Request[]): Server {
  const made = new Map<string, number>()
  const s: Server = {
    fix,
    as: m.global(fix.state ?? AddressSpace, 'as'),
    ram: m.global(RAMList, 'ram_list'),
    vfu: m.global(VfuCtx, 'vfu_ctx'),
    socket: m.global(Socket, 'socket'),
    oracle: new DmaOracle(m),
    script,
    transaction: false,
    quiesceFails: false,
    name(kind) {
      const n = (made.get(kind) ?? 0) + 1
      made.set(kind, n)
      return kind + "'".repeat(n)
    },
  }
  s.oracle.of(s)
  m.atStart(() => {
    made.clear()
  })
  const view = m.heap(FlatView, 'view')
  m.init(s.as.currentMap, view)
  let link = s.ram.blocks
  for (let page = 0; page < mapped; page++) {
    const mapping = m.heap(Mapping, pageName(page))
    const mr = m.heap(MemoryRegion, `region ${mapping.name}`)
    const block = m.heap(RAMBlock, `block ${mapping.name}`)
    m.init(mr.ramBlock, block)
    m.init(mr.ref, fix.references === 'region' ? 2 : 1)
    m.init(block.host, mapping)
    m.init(block.mr, mr)
    m.init(link, block)
    link = block.next
    m.init(s.vfu.regions[page] as (typeof s.vfu.regions)[number], mapping)
    m.init(s.as.subregions[page] as (typeof s.as.subregions)[number], mr)
    m.init(view.ranges[page] as (typeof view.ranges)[number], mr)
  }
  return s
}
