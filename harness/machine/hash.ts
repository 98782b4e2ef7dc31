/** FNV-1a over UTF-16 units: identities that are equal in every process, for coverage only. */
export function hashString(s: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < s.length; i++) h = Math.imul(h ^ s.charCodeAt(i), 0x01000193)
  return h | 0
}

/** Mixes two identities; order matters. */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ (b >>> 15) ^ 0x9e3779b9, 0x85ebca6b)
  h = Math.imul((h ^ (h >>> 13)) + b, 0xc2b2ae35)
  return h ^ (h >>> 16)
}
