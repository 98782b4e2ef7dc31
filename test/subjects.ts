import type { FixInfo, Target } from '#harness/define.js'
import type { Subject } from '#harness/fuzz/program.js'
import type { MemoryModelName } from '#harness/machine/index.js'
import { loadFix, loadSystem } from '#harness/registry.js'

/** A built-in candidate under a memory model, as the harness itself finds it. */
export async function subject(system: string, fix: string, memoryModel: MemoryModelName): Promise<Subject> {
  const target: Target = await loadSystem(system)
  const candidate: { fix: FixInfo } = await loadFix(target, fix)
  return { system: target, fix: candidate.fix, memoryModel }
}
