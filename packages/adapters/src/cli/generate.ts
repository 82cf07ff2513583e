import { readlink } from 'node:fs/promises'
import path from 'node:path'
import { type Mount, type MountError, reload, watchConfigMap } from '@hotmount/core'
import { watchServices } from '../generate/watch-services.js'
import { kubeClient } from '../kubernetes/kube-client.js'
import { eta } from '../stage/eta.js'
import { stage, type Stage } from '../stage/stage.js'
import { announceMount, reportEntry } from './announce.js'
import { readArgs } from './args.js'
import { bad } from './deed-from.js'
import { exitCodes } from './exit-codes.js'
import { generateFrom, type GeneratePlan } from './generate-from.js'
import { generateFlags } from './generate-page.js'
import type { Io } from './io.js'
import { type Log, openLog } from './log.js'
import { within } from './plan/build.js'
import { openStatus } from './session/status.js'
import { inFlags } from './speech.js'

const tellTrouble =
  (log: Log) =>
  ({ code, path: where, message, hint }: MountError): void =>
    log({
      level: 'warn',
      msg: 'mount trouble',
      text: message,
      hint: inFlags(hint),
      fields: { mount: where, code, error: message },
    })

/** Services and templates as one mount. */
const open = async (plan: GeneratePlan, io: Io, log: Log, signal: AbortSignal): Promise<Mount> => {
  const { kubeconfig, templates, render } = plan
  const client = await kubeClient({ ...(kubeconfig !== undefined && { kubeconfig }), env: { ...io.env } })
  const beside = await watchConfigMap(templates, { keys: Object.values(render), signal: io.signal })
  try {
    const mount = await watchServices(client, {
      ...plan.services,
      beside,
      onTrouble: tellTrouble(log),
      signal,
    })
    mount.on('close', () => void client.close())
    return mount
  } catch (thrown) {
    await beside.close()
    await client.close()
    throw thrown
  }
}

const stageOf = ({ into, render, check }: GeneratePlan): Stage =>
  stage({
    into,
    render: Object.fromEntries(Object.entries(render).map(([file, key]) => [file, eta({ key })])),
    ...(check && { check: (directory: string) => within(check, directory) }),
  })

const bringUp = async (made: Stage, mount: Mount, { into }: GeneratePlan, io: Io, log: Log) => {
  const brought = await made.bringUp(mount.snapshot, { signal: io.signal })
  const { refused, applied } = brought
  const fields = { into, digest: applied.digest }
  if (refused)
    log({
      level: 'error',
      msg: 'config rejected',
      text: `the new config is refused, the last good one stays in ${into}\n${refused.message}`,
      hint: inFlags(refused.hint),
      fields: { ...fields, code: refused.code, error: refused.message },
    })
  else log({ level: 'info', msg: 'config is there', text: `there is a config in ${into}`, fields })
  return applied
}

const isPublished = async (into: string): Promise<boolean> =>
  readlink(path.join(into, '..data')).then(
    () => true,
    () => false,
  )

/** For an init container: the first config, or the one that an earlier life left when the API server is away. */
const once = async (made: Stage, plan: GeneratePlan, io: Io, log: Log): Promise<number> => {
  const { into, waitMs } = plan
  const late = (await isPublished(into)) ? AbortSignal.timeout(waitMs) : undefined
  let mount: Mount
  try {
    mount = await open(plan, io, log, late ? AbortSignal.any([io.signal, late]) : io.signal)
  } catch (thrown) {
    if (io.signal.aborted || late?.aborted !== true) throw thrown
    const text = `the API server is away; the config of before stays in ${into}`
    log({ level: 'warn', msg: 'config of before stays', text, fields: { into } })
    return exitCodes.ok
  }
  try {
    await bringUp(made, mount, plan, io, log)
    return exitCodes.ok
  } finally {
    await mount.close()
  }
}

/** Until it is told to end. */
const on = async (made: Stage, plan: GeneratePlan, io: Io, log: Log): Promise<number> => {
  const mount = await open(plan, io, log, io.signal)
  try {
    announceMount(mount, log)
    const applied = await bringUp(made, mount, plan, io, log)
    const loop = reload(mount, made, { applied })
    loop.on('report', (report) => log(reportEntry(report)))
    if (plan.listen) {
      const server = await openStatus([{ name: 'services', mount, loops: [loop] }], plan.listen, io.signal)
      const { address } = server
      log({ level: 'info', msg: 'serving state', text: `state is served on ${address}`, fields: { address } })
    }
    if (!io.signal.aborted)
      await new Promise((resolve) => io.signal.addEventListener('abort', resolve, { once: true }))
    await loop.close()
    return exitCodes.ok
  } finally {
    await mount.close()
  }
}

/** `hotmount generate`. @throws UsageError, MountError, InvalidConfigError, ReactionError */
export const generate = async (argv: readonly string[], io: Io): Promise<number> => {
  const args = readArgs(argv, generateFlags, {
    env: io.env,
    refuseWord: (word) => bad(`a word too many: ${JSON.stringify(word)}`, 'write FILE=PATH after --template'),
  })
  const plan = generateFrom(args)
  const log = openLog(io, args.has('json'))
  const made = stageOf(plan)
  return plan.once ? once(made, plan, io, log) : on(made, plan, io, log)
}
