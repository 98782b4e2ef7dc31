import { Command } from 'commander'
import { CampaignFolder } from '../fuzz/campaign-folder.js'
import { distil } from '../fuzz/distil.js'
import { readLog } from '../fuzz/input.js'
import { Standing } from '../fuzz/standing.js'
import { keyOf } from '../fuzz/tasks.js'
import { UserError } from '../user-error.js'
import { campaignIn, subjectOf } from './campaign.js'
import * as option from './options.js'

export function corpusCommand(): Command {
  const merge = new Command('merge')
    .description(
      "make a campaign's queue as small as its coverage allows; inputs of further campaigns are added first",
    )
    .argument('<dir>', 'the campaign folder that is changed')
    .argument('[from...]', 'campaign folders to add inputs from')
    .addOption(option.jsonOption())
    .exitOverride()
    .action(async (dir: string, from: string[], options: { json?: boolean }) => {
      const rows = await mergeQueues(dir, from)
      if (options.json) process.stdout.write(`${JSON.stringify({ version: 1, jobs: rows }, null, 2)}\n`)
      else
        for (const { job, before, after, coverage } of rows)
          process.stdout.write(`${job}: ${before} inputs, now ${after}; coverage ${coverage}\n`)
    })
  option.examples(merge, ['corpus merge night', 'corpus merge night other-machine/night last-night'])
  const command = new Command('corpus').description("work on campaigns' queues of inputs").addCommand(merge)
  return option.examples(command, ['corpus merge night'])
}

interface Merged {
  readonly job: string
  readonly before: number
  readonly after: number
  readonly coverage: number
}

async function mergeQueues(dir: string, from: readonly string[]): Promise<Merged[]> {
  const folders = [dir, ...from].map((d) => new CampaignFolder(d))
  const campaigns = folders.map(campaignIn)
  const [campaign] = campaigns
  if (!campaign) throw new UserError('there is no campaign to merge into')
  const rows: Merged[] = []
  for (const job of campaign.jobs) {
    const standings = folders.map((folder) => {
      const standing = new Standing(job, campaign.settings, null)
      folder.restoreJob(standing)
      return standing
    })
    const inputs = standings.flatMap((s) => readLog(s.inputs.join('')))
    const small = distil(await subjectOf(job), inputs)
    const [own] = standings
    if (!own || inputs.length === 0) continue
    own.replaceInputs(small)
    folders[0]?.saveJob(own)
    rows.push({ job: keyOf(job), before: inputs.length, after: small.length, coverage: own.points })
  }
  return rows
}
