import type { ReloadOptions, WatchOptions } from '@hotmount/core'
import type { RestartPolicy } from '../../process/restart-policy.js'
import type { Argv } from '../../process/spawn.js'
import type { HttpOptions } from '../../http/options.js'
import type { PresetName } from '../../servers/presets.js'

/** One mount, ready to be opened. */
export interface MountPlan {
  readonly name: string
  readonly path: string
  readonly options: WatchOptions
}

/** Whom to signal. */
export type TargetPlan =
  | { readonly kind: 'child' }
  | { readonly kind: 'process'; readonly name: string }
  | { readonly kind: 'pidFile'; readonly path: string }
  | { readonly kind: 'match'; readonly pattern: string }

/** What proves a change. Times in milliseconds. */
export type ProofPlan =
  | { readonly kind: 'alive' | 'newWorkers' | 'none' }
  | {
      readonly kind: 'http'
      readonly url: string
      readonly status?: number
      readonly body?: string
      readonly times?: number
      readonly within: number
    }
  | { readonly kind: 'tcp'; readonly address: string; readonly within: number }
  | { readonly kind: 'command'; readonly argv: Argv; readonly within: number }

/** What a server needs besides a check, a proof and a process. */
export interface ServerFacts {
  readonly within?: number
  readonly maxDraining?: number
  readonly socket?: string
  readonly statusUrl?: string
  readonly url?: string
  readonly reload?: 'post' | 'signal'
}

/** What of a request can be written down. */
export type RequestFacts = Pick<HttpOptions, 'headers' | 'status' | 'timeout' | 'bearerFile' | 'tls' | 'hmac'>

/** Where the environment of the child comes from, besides our own. */
export type EnvPlan = { readonly kind: 'files'; readonly keys: readonly string[] } | { readonly kind: 'keys' }

/** What is done. */
export type DeedPlan =
  | {
      readonly kind: 'server'
      readonly name: PresetName
      readonly command: Argv
      readonly target: TargetPlan | undefined
      readonly facts: ServerFacts
    }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals; readonly target: TargetPlan }
  | { readonly kind: 'command'; readonly argv: Argv }
  | { readonly kind: 'restart' }
  | {
      readonly kind: 'webhook'
      readonly url: string
      readonly request: RequestFacts & { readonly method?: 'POST' | 'PUT' | 'GET' }
    }
  | {
      readonly kind: 'push'
      readonly key: string
      readonly url: string
      readonly request: RequestFacts & { readonly method?: 'POST' | 'PUT' }
      readonly readBack: boolean
    }
  | {
      readonly kind: 'stage'
      readonly into: string
      readonly keep: number | undefined
      readonly check: Argv | undefined
      readonly render:
        | Readonly<Record<string, { readonly file: string } | { readonly key: string }>>
        | undefined
      readonly next: ActionPlan | undefined
    }
  | { readonly kind: 'chain'; readonly members: readonly ActionPlan[] }

/** What is done, for which keys, and how it is made safe. */
export interface ActionPlan {
  readonly deed: DeedPlan
  readonly on: readonly (string | RegExp)[] | undefined
  readonly check: Argv | false | undefined
  readonly proof: ProofPlan | undefined
}

/** Replicas react one after another. Times in milliseconds. */
export interface TurnPlan {
  readonly lease: string
  readonly namespace: string | undefined
  readonly waitMs: number
  readonly durationMs: number | undefined
  readonly retryMs: number | undefined
}

/** One loop. */
export interface ReactionPlan {
  readonly name: string | undefined
  /** Names of the mounts that it looks at. */
  readonly mounts: readonly string[]
  readonly action: ActionPlan
  readonly timeoutMs: number
  readonly turn: TurnPlan | undefined
  readonly pace: Pick<ReloadOptions, 'initial' | 'cooldown' | 'splay' | 'retry' | 'breaker'>
}

/** The command that is wrapped. */
export interface ChildPlan {
  readonly argv: Argv
  readonly stopSignal: NodeJS.Signals
  readonly restartPolicy: RestartPolicy
  readonly graceMs: number | undefined
  readonly env: EnvPlan | undefined
}

/** Where state is served. */
export interface ListenPlan {
  readonly address: string
  readonly tokenFile: string | undefined
  readonly staleMs: number | undefined
}

/** What the cluster is told. */
export interface TellPlan {
  readonly events: boolean
  readonly annotate: boolean
  /** What tells each reaction apart; undefined for the only one. */
  readonly names: readonly (string | undefined)[]
}

/** A config that was judged: everything that a session needs, and nothing started. */
export interface Plan {
  readonly mounts: readonly MountPlan[]
  readonly reactions: readonly ReactionPlan[]
  readonly child: ChildPlan | undefined
  readonly listen: ListenPlan | undefined
  readonly tell: TellPlan | undefined
  readonly log: 'auto' | 'json'
}

/** Whether it restarts the child, alone or with others. */
export const doesRestart = ({ deed }: ActionPlan): boolean => {
  if (deed.kind === 'chain') return deed.members.some(doesRestart)
  return (
    deed.kind === 'restart' || (deed.kind === 'stage' && deed.next !== undefined && doesRestart(deed.next))
  )
}
