/**
 * Every store has a tag. The two words of a wide store share one, and it is odd, so that a reader of both
 * words can tell whether they came from one store (domain I5). The initial values count as one wide store.
 */
export const INITIAL_TAG = -1

export const narrowTag = (step: number): number => step * 2
export const wideTag = (step: number): number => step * 2 + 1
export const isWide = (tag: number): boolean => (tag & 1) !== 0
