import type { ReloadOptions } from '@hotmount/core'
import { readArgs } from '../../cli/args.js'
import { openLog } from '../../cli/log.js'
import { splitWords } from '../../cli/words.js'
import type { Argv } from '../../process/spawn.js'
import { nginx } from '../../servers/nginx.js'
import { announceImplied, noWord, type Start } from '../dropin.js'
import { endingWell } from '../ending.js'
import { follow } from '../follow.js'
import { openPatiently } from '../mounts.js'
import { nginxReloaderFlags, variable } from './page.js'

/** At the start too: a change while this container was away is a change. A server that is being started is found soon. */
const pace: ReloadOptions = { initial: true, retry: { max: '30s' } }

const checkOf = (text: string | undefined): Argv | false => {
  const [file, ...rest] = splitWords(text ?? '', '--check')
  return file === undefined ? false : [file, ...rest]
}

/** `hotmount nginx-reloader`. @throws UsageError */
export const nginxReloader: Start = async (argv, io, implied) => {
  const log = openLog(io, false)
  announceImplied(log, implied)
  const check = checkOf(readArgs(argv, nginxReloaderFlags, { refuseWord: noWord }).one('check'))
  const path = io.env[variable] || '/etc/nginx'
  return endingWell(io, log, async () =>
    follow(await openPatiently(path, { signal: io.signal }, log), nginx({ check }), pace, { io, log }),
  )
}
