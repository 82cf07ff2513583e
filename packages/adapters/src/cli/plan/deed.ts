import type { ActionConfig, RequestConfig, ServerConfig, StageConfig } from '../config/config.js'
import type { Path } from '../config/problem.js'
import { isUncatchable, maybeMs, nearSignal, signalNamed } from '../config/values.js'
import { didYouMean } from '../nearest.js'
import type { Argv } from '../../process/spawn.js'
import { keyIn } from './keys.js'
import type { DeedPlan, RequestFacts, ServerFacts, TargetPlan } from './plan.js'
import { argvOf } from './say.js'
import type { Site } from './site.js'

const targetOf = ({ to }: ActionConfig, path: Path, { say }: Site): TargetPlan | undefined => {
  if (to === undefined) return undefined
  if ('process' in to) return { kind: 'process', name: to.process }
  if ('pidFile' in to) return { kind: 'pidFile', path: to.pidFile }
  try {
    return { kind: 'match', pattern: new RegExp(to.match).source }
  } catch {
    say([...path, 'to', 'match'], 'it is no pattern', 'as in: ^nginx: master process')
    return undefined
  }
}

/** A signal that can be caught. */
const signalFor = (text: string, path: Path, { say }: Site): NodeJS.Signals => {
  const signal = signalNamed(text)
  if (!signal) say(path, `there is no such signal${nearSignal(text)}`, 'as in: HUP')
  else if (isUncatchable(signal))
    say(path, `no process can catch ${signal}`, 'to start it again on a change, use restart')
  return signal ?? 'SIGHUP'
}

const signalOf = (action: ActionConfig, text: string, path: Path, site: Site): DeedPlan => {
  const target: TargetPlan | undefined =
    targetOf(action, path, site) ?? (site.child ? { kind: 'child' } : undefined)
  if (!target && action.to === undefined)
    site.say([...path, 'signal'], 'whom to signal is not said', 'name one process: process, pidFile or match')
  return {
    kind: 'signal',
    signal: signalFor(text, [...path, 'signal'], site),
    target: target ?? { kind: 'child' },
  }
}

/** How a server is started that we did not start, where nobody says it. */
const usual: Readonly<Record<string, Argv>> = {
  haproxy: ['haproxy', '-f', '/etc/haproxy/haproxy.cfg'],
  httpd: ['apachectl'],
}

const factsOf = ({ within, maxDraining, socket, statusUrl, url, reload }: ServerConfig): ServerFacts => {
  const withinMs = maybeMs(within)
  return {
    ...(withinMs !== undefined && { within: withinMs }),
    ...(maxDraining !== undefined && { maxDraining }),
    ...(socket !== undefined && { socket }),
    ...(statusUrl !== undefined && { statusUrl }),
    ...(url !== undefined && { url }),
    ...(reload !== undefined && { reload }),
  }
}

/** Servers whose check needs more than their name: which application. */
const isTold: ReadonlySet<string> = new Set(['gunicorn', 'uwsgi'])

/** Facts that only one server has a use for. */
const owners = { socket: 'haproxy', statusUrl: 'httpd', url: 'prometheus', reload: 'prometheus' } as const

const serverOf = async (
  action: ActionConfig,
  given: string | ServerConfig,
  path: Path,
  site: Site,
): Promise<DeedPlan> => {
  const { isPresetName, presets } = await import('../../servers/presets.js')
  const config: ServerConfig = typeof given === 'string' ? { name: given } : given
  const at = [...path, 'server', ...(typeof given === 'string' ? [] : ['name'])]
  const known = Object.keys(presets)
  if (!isPresetName(config.name))
    site.say(
      at,
      `there is no preset of this name${didYouMean(config.name, known)}`,
      `there are: ${known.join(', ')}. For others, use a signal with a check`,
    )
  for (const fact of ['socket', 'statusUrl', 'url', 'reload'] as const)
    if (config[fact] !== undefined && owners[fact] !== config.name)
      site.say([...path, 'server', fact], `only ${owners[fact]} has a use for it`)
  const name = isPresetName(config.name) ? config.name : 'nginx'
  if (isTold.has(name) && !site.child && config.command === undefined && action.check === undefined)
    site.say(
      [...path, 'server'],
      `how ${name} is started is not said, and its check is made from that`,
      `name its command, as in ${name} app:app, or give it another check`,
    )
  const command =
    config.command === undefined
      ? (site.child ?? usual[name] ?? [name])
      : argvOf(config.command, [...path, 'server', 'command'], site.say)
  const target = targetOf(action, path, site) ?? (site.child ? ({ kind: 'child' } as const) : undefined)
  return { kind: 'server', name, command, target, facts: factsOf(config) }
}

const requestOf = ({ headers, status, timeout, bearerFile, tls, hmacFile }: RequestConfig): RequestFacts => {
  const timeoutMs = maybeMs(timeout)
  return {
    ...(headers !== undefined && { headers }),
    ...(status !== undefined && { status }),
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    ...(bearerFile !== undefined && { bearerFile }),
    ...(tls !== undefined && {
      tls: {
        ...(tls.ca !== undefined && { ca: tls.ca }),
        ...(tls.cert !== undefined && { cert: tls.cert }),
        ...(tls.key !== undefined && { key: tls.key }),
      },
    }),
    ...(hmacFile !== undefined && { hmac: { secretFile: hmacFile } }),
  }
}

const stageOf = async (stage: StageConfig, path: Path, site: Site): Promise<DeedPlan> => {
  const { into, keep, check, render, next } = stage
  return {
    kind: 'stage',
    into,
    keep,
    check: check === undefined ? undefined : argvOf(check, [...path, 'check'], site.say),
    render:
      render &&
      Object.fromEntries(
        Object.entries(render).map(([file, source]) => [
          file,
          'key' in source
            ? { key: keyIn(site.scope, source.key, [...path, 'render', file, 'key'], site.say) }
            : source,
        ]),
      ),
    next: next && (await site.inner(next, [...path, 'next'])),
  }
}

/** What is done, by the one name that says it. */
export const deedOf = async (
  kind: DeedPlan['kind'],
  action: ActionConfig,
  path: Path,
  site: Site,
): Promise<DeedPlan> => {
  const { server, signal, command, webhook, push, stage, chain } = action
  if (kind === 'server' && server !== undefined) return serverOf(action, server, path, site)
  if (kind === 'signal' && signal !== undefined) return signalOf(action, signal, path, site)
  if (kind === 'command' && command !== undefined)
    return { kind, argv: argvOf(command, [...path, 'command'], site.say) }
  if (kind === 'webhook' && webhook !== undefined) {
    const request: RequestConfig = typeof webhook === 'string' ? { url: webhook } : webhook
    const { method } = request
    return {
      kind,
      url: request.url,
      request: { ...requestOf(request), ...(method !== undefined && { method }) },
    }
  }
  if (kind === 'push' && push !== undefined) {
    const { method } = push
    return {
      kind,
      key: keyIn(site.scope, push.key, [...path, 'push', 'key'], site.say),
      url: push.url,
      request: { ...requestOf(push), ...(method !== undefined && { method }) },
      readBack: push.readBack ?? true,
    }
  }
  if (kind === 'stage' && stage !== undefined) {
    if (site.isInside)
      site.say(
        [...path, 'stage'],
        'it stands inside another',
        'begin with it, and put the rest into its `next`',
      )
    return stageOf(stage, [...path, 'stage'], site)
  }
  if (kind === 'chain' && chain !== undefined) {
    const members = chain.map((member, at) => site.inner(member, [...path, 'chain', at]))
    return { kind, members: await Promise.all(members) }
  }
  return { kind: 'restart' }
}
