import path from 'node:path'
import type { WatchServicesOptions } from '../generate/options.js'
import type { Argv } from '../process/spawn.js'
import type { Args } from './args.js'
import { bad } from './deed-from.js'
import type { GenerateFlag } from './generate-page.js'
import { durationOf } from './mount-flags.js'
import type { ListenPlan } from './plan/plan.js'
import { splitWords } from './words.js'

/** What a command line of `hotmount generate` says. Milliseconds. */
export interface GeneratePlan {
  readonly services: Pick<WatchServicesOptions, 'selector' | 'namespace' | 'endpoints' | 'settle' | 'emptied'>
  readonly kubeconfig: string | undefined
  /** Where the templates are. */
  readonly templates: string
  /** What is rendered, by path below `into`, from which file of `templates`. */
  readonly render: Readonly<Record<string, string>>
  readonly into: string
  readonly check: Argv | undefined
  readonly once: boolean
  readonly waitMs: number
  readonly listen: ListenPlan | undefined
}

const example = 'as in: --template default.conf=/etc/templates/default.conf.eta'

const templatesFrom = (given: readonly string[]): Pick<GeneratePlan, 'templates' | 'render'> => {
  if (given.length === 0) throw bad('--template is missing: what is to be rendered?', example)
  const render: Record<string, string> = {}
  const directories = new Set<string>()
  for (const text of given) {
    const [, file = '', template = ''] = /^([^=]+)=(.+)$/.exec(text) ?? []
    if (file === '' || template.endsWith('/'))
      throw bad(`--template: ${JSON.stringify(text)} is not FILE=PATH`, example)
    if (Object.hasOwn(render, file)) throw bad(`--template: ${file} is rendered from two`, 'keep one of them')
    const { dir, base } = path.parse(path.resolve(template))
    directories.add(dir)
    render[file] = base
  }
  const [templates = ''] = directories
  if (directories.size > 1)
    throw bad('--template: they are in several directories', 'put them into one ConfigMap')
  return { templates, render }
}

const checkFrom = (text: string | undefined): Argv | undefined => {
  if (text === undefined) return undefined
  const [file = '', ...rest] = splitWords(text, '--check')
  if (file === '')
    throw bad('--check: there is no command in it', "as in: --check 'nginx -t -c {directory}/nginx.conf'")
  if (!text.includes('{directory}'))
    throw bad(
      '--check: {directory} is not in it, so it cannot see the candidate',
      "as in: --check 'nginx -t -c {directory}/nginx.conf'",
    )
  return [file, ...rest]
}

const listenFrom = (args: Args<GenerateFlag>): ListenPlan | undefined => {
  const [address, tokenFile] = [args.one('listen'), args.one('listen-token-file')]
  const staleMs = durationOf(args.one('ready-stale'), '--ready-stale')
  if (address !== undefined) return { address, tokenFile, staleMs }
  if (tokenFile === undefined && staleMs === undefined) return undefined
  throw bad(
    `--${tokenFile === undefined ? 'ready-stale' : 'listen-token-file'} needs --listen`,
    'as in: --listen 9533',
  )
}

/** What a command line says. @throws UsageError */
export const generateFrom = (args: Args<GenerateFlag>): GeneratePlan => {
  const into = args.one('into')
  const rendering = templatesFrom(args.all('template'))
  if (into === undefined)
    throw bad('--into is missing: where is it to be published?', 'as in: --into /etc/nginx/conf.d')
  const once = args.has('once')
  const listen = listenFrom(args)
  const waitMs = durationOf(args.one('wait'), '--wait')
  if (waitMs !== undefined && !once)
    throw bad('--wait needs --once', 'without it, the API server is waited for')
  if (listen && once) throw bad('--listen and --once exclude each other', 'keep one of them')
  const settle = durationOf(args.one('settle'), '--settle')
  return {
    services: {
      selector: args.one('service-selector'),
      ...(args.has('namespace') && { namespace: args.one('namespace') }),
      endpoints: !args.has('no-endpoints'),
      ...(settle !== undefined && { settle }),
      emptied: args.has('accept-empty') ? 'accept' : 'hold',
    },
    kubeconfig: args.one('kubeconfig'),
    ...rendering,
    into: path.resolve(into),
    check: checkFrom(args.one('check')),
    once,
    waitMs: waitMs ?? 10_000,
    listen,
  }
}
