import { defineFix } from '#harness/define.js'
import kvm from '../target.js'
import { upstream } from '../upstream.js'

export default defineFix(kvm, {
  ...upstream,
  name: 'baseline',
  title: 'F4-0: the new set carries the next generation when it is published',
  source: 'virt/kvm/kvm_main.c, Linux 3.16 (seed 003)',
  expect: { broken: ['stale-mmio'] },
})
