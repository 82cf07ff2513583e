import { readArgs } from '../../cli/args.js'
import { openLog } from '../../cli/log.js'
import { announceImplied, noWord, type Start } from '../dropin.js'
import { endingWell } from '../ending.js'
import { follow } from '../follow.js'
import { openPatiently } from '../mounts.js'
import { contractOf } from './contract.js'
import { contractReaction } from './reaction.js'

/** `hotmount signal-sidecar`. @throws UsageError */
export const signalSidecar: Start = async (argv, io, implied) => {
  const log = openLog(io, false)
  announceImplied(log, implied)
  readArgs(argv, {}, { refuseWord: noWord })
  const contract = contractOf(io.env)
  return endingWell(io, log, async () => {
    const mount = await openPatiently(contract.file, { signal: io.signal }, log)
    const pace = { retry: { max: '30s' } } as const
    return follow(mount, contractReaction(contract), pace, { io, log })
  })
}
