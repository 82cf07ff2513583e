import { UsageError } from '@hotmount/core'
import { type Args, readArgs } from './args.js'
import { podsOf, withCluster } from './cluster.js'
import type { ClusterFlag } from './cluster-flags.js'
import { exitCodes } from './exit-codes.js'
import type { Io } from './io.js'
import { statusFlags } from './status-page.js'
import type { FleetPod, FleetStanding } from '../kubernetes/fleet.js'

const jsonOf = (pods: readonly FleetPod[], standing: FleetStanding): string => {
  const listed = pods.map(({ createdAt, ...pod }) => ({
    ...pod,
    createdAt: new Date(createdAt).toISOString(),
  }))
  return `${JSON.stringify({ ...standing, pods: listed }, undefined, 2)}\n`
}

/** `hotmount status`. @throws UsageError, ReactionError */
export const status = async (argv: readonly string[], io: Io): Promise<number> => {
  const args: Args<ClusterFlag | 'selector' | 'json'> = readArgs(argv, statusFlags, {
    env: io.env,
    refuseWord: (word) =>
      new UsageError('BAD_OPTION', `a word too many: ${JSON.stringify(word)}`, {
        hint: `if it is what selects the pods: --selector ${word}`,
      }),
  })
  const selector = args.one('selector')
  if (selector === undefined)
    throw new UsageError('BAD_OPTION', 'which pods?', { hint: 'say --selector app=shop' })
  const [{ fleetStatus, standingOf }, { fleetTable }] = await Promise.all([
    import('../kubernetes/fleet.js'),
    import('../kubernetes/fleet-table.js'),
  ])
  const pods = await withCluster(args, io.env, (client) =>
    fleetStatus(client, podsOf(args, selector, io.signal)),
  )
  const standing = standingOf(pods, undefined)
  if (args.has('json')) io.stdout.write(jsonOf(pods, standing))
  else if (pods.length > 0) io.stdout.write(fleetTable(pods, io.now().getTime()))
  if (standing.isDone) return exitCodes.ok
  if (!args.has('json')) io.stderr.write(`hotmount: ${standing.because}\n`)
  return exitCodes.notApplied
}
