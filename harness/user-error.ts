/** A mistake of the person at the keyboard: what is wrong, where, and what would be right. No stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError'
}
