import { Redis } from 'ioredis'
import { UserError } from '../user-error.js'
import { buildDigest } from './build.js'
import type { Task } from './tasks.js'

/** A task on the wire. The log of a shard is stored once, under a key, for all that start from it. */
export interface Message {
  readonly task: Task
  readonly logKey: string | null
}

/** Workers take the shards of their own build only: another one would give other results. */
export const queueName = (): string => `rcufuzz-${buildDigest()}`

/** A connection that comes back when it was lost; or a clear word, when it never was. */
export async function connect(url: string): Promise<Redis> {
  let reached = false
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    // Once it was there, it is waited for when it goes away.
    retryStrategy: (times) => (reached ? Math.min(times * 100, 2000) : null),
  })
  let reason = 'it does not answer'
  redis.on('error', (e: Error) => (reason = e.message || (e as NodeJS.ErrnoException).code || reason))
  try {
    await redis.connect()
    reached = true
    return redis
  } catch {
    redis.disconnect()
    throw new UserError(`cannot reach the Redis server ${url}: ${reason}`)
  }
}
