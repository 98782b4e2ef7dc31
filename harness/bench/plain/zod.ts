/**
 * Stands in for zod: takes every call and property there is. Scenarios play no part in what is timed, and
 * the package is many times the size of everything that does.
 */
const anything: object = new Proxy(() => anything, {
  get: () => anything,
  apply: () => anything,
})

export { anything as z, anything as default }
