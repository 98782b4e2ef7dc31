import { Command, Option } from 'commander'
import * as option from './options.js'

export function workerCommand(): Command {
  const command = new Command('worker')
    .description('run shards of campaigns that are fuzzed with --queue, on this machine, until it is stopped')
    .addOption(
      new Option('--queue <url>', 'the Redis server of the campaign')
        .argParser(option.redisUrl)
        .makeOptionMandatory(),
    )
    .addOption(option.workersOption())
    .action(async ({ queue, workers }: { queue: string; workers: number }) => {
      const stop = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => {
          stop.abort()
        })
      const { serve } = await import('../fuzz/queue-worker.js')
      const served = await serve(queue, workers, stop.signal)
      process.stderr.write(`rcufuzz: ${served} tasks done\n`)
    })
  return option.examples(command, [
    'worker --queue redis://coordinator:6379',
    'worker --queue redis://coordinator:6379 --workers 8',
  ])
}
