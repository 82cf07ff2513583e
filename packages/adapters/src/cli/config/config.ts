/** A length of time with its unit: `250ms`, `10s`, `5m`, `1h`. */
export type Time = string
/** A command: its words, or one text that is split into words as a shell does. No shell runs. */
export type Words = string | readonly string[]
/** One key or pattern (`*.conf`), or several. */
export type Keys = string | readonly string[]

/** One mounted directory, or a file in one. */
export interface MountConfig {
  readonly path: string
  /** Only these keys count. The others are read too, but only to take their values out of what commands say. */
  readonly keys?: Keys | undefined
  /** How long writing must be quiet. */
  readonly settle?: Time | { readonly quiet: Time; readonly max: Time } | undefined
  /** Look this often even when nothing rang; false: never. */
  readonly resync?: Time | false | undefined
  /** Look this often and use no file events. */
  readonly polling?: Time | undefined
  /** How long it may take until the directory is there. */
  readonly wait?: Time | undefined
  /** Every key vanished at once: keep the last config (`hold`), or take that as a change. */
  readonly emptied?: 'hold' | 'accept' | undefined
  /** All keys together. */
  readonly maxBytes?: number | undefined
}

/** The command that is wrapped. */
export interface RunConfig {
  readonly command: Words
  /** Its environment, besides ours: NAME=value lines of keys, or each key a variable. Needs a `restart`. */
  readonly env?: { readonly dotenv: Keys } | { readonly keys: true } | undefined
  readonly stopSignal?: string | undefined
  /** From the stop signal to KILL. */
  readonly grace?: Time | undefined
  /** When it is started again after it ended by itself. */
  readonly restartPolicy?: 'never' | 'on-failure' | 'always' | undefined
}

/** Whom to signal. One of three. */
export type TargetConfig =
  | { readonly process: string }
  | { readonly pidFile: string }
  | { readonly match: string }

/** A question whose answer proves a change. */
export type ProbeConfig =
  | string
  | {
      readonly http: string
      readonly status?: number | undefined
      readonly body?: string | undefined
      readonly times?: number | undefined
      readonly within?: Time | undefined
    }
  | { readonly tcp: string; readonly within?: Time | undefined }
  | { readonly command: Words; readonly within?: Time | undefined }

/** A server, and what its preset cannot know. */
export interface ServerConfig {
  readonly name: string
  /** How it is started: its check is made from these words. */
  readonly command?: Words | undefined
  /** How long its proof may take. */
  readonly within?: Time | undefined
  /** So many old workers may still be finishing requests when it is reloaded again. */
  readonly maxDraining?: number | undefined
  /** haproxy: the path of its master socket. */
  readonly socket?: string | undefined
  /** httpd: where mod_status answers. */
  readonly statusUrl?: string | undefined
  /** prometheus: where it answers. */
  readonly url?: string | undefined
  /** prometheus: POST /-/reload, or HUP. */
  readonly reload?: 'post' | 'signal' | undefined
}

/** What an HTTP request needs besides its URL. */
export interface RequestConfig {
  readonly url: string
  readonly method?: 'POST' | 'PUT' | 'GET' | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** The answers that mean yes. */
  readonly status?: number | readonly number[] | undefined
  readonly timeout?: Time | undefined
  readonly bearerFile?: string | undefined
  readonly tls?:
    | {
        readonly ca?: string | undefined
        readonly cert?: string | undefined
        readonly key?: string | undefined
      }
    | undefined
  /** A file whose content signs time and body with HMAC-SHA256. */
  readonly hmacFile?: string | undefined
}

/** The content of one key, sent to an address. */
export interface PushConfig extends RequestConfig {
  readonly key: string
  readonly method?: 'POST' | 'PUT' | undefined
  /** Whether a GET must answer with what was sent. */
  readonly readBack?: boolean | undefined
}

/** Accepted revisions only, published in another directory. */
export interface StageConfig {
  readonly into: string
  /** So many earlier revisions stay. */
  readonly keep?: number | undefined
  /** Must exit with 0; `{directory}` in it is where the candidate lies. */
  readonly check?: Words | undefined
  /** Files by path, each made by an Eta template: a file of the image, or a key of the mount. */
  readonly render?: Readonly<Record<string, { readonly file: string } | { readonly key: string }>> | undefined
  /** What follows a publication. */
  readonly next?: ActionConfig | undefined
}

/** What is done, and how it is made safe. Exactly one of the first eight. */
export interface ActionConfig {
  readonly server?: string | ServerConfig | undefined
  readonly signal?: string | undefined
  readonly command?: Words | undefined
  readonly restart?: true | undefined
  readonly webhook?: string | RequestConfig | undefined
  readonly push?: PushConfig | undefined
  readonly stage?: StageConfig | undefined
  readonly chain?: readonly ActionConfig[] | undefined
  /** In a chain: only for changes of these keys. Of a reaction: which keys it reacts to. */
  readonly on?: Keys | undefined
  /** With `server` and `signal`: which process. Default: the command that is wrapped, or the server's own way. */
  readonly to?: TargetConfig | undefined
  /** Must exit with 0 before anything is done; false: without the server's own check. */
  readonly check?: Words | false | undefined
  /** An HTTP URL, `alive`, `new-workers`, a probe, or false for no proof. */
  readonly verify?: ProbeConfig | false | undefined
}

/** Replicas react one after another. */
export interface TurnConfig {
  /** The Lease that goes from replica to replica. */
  readonly lease: string
  /** Of the Lease; default: that of the pod. */
  readonly namespace?: string | undefined
  /** How long one try waits for its turn; the old config goes on meanwhile. */
  readonly wait?: Time | undefined
  /** When a replica is killed while it reloads, the next one goes on after this. */
  readonly duration?: Time | undefined
  /** Between two looks whether it is our turn. */
  readonly retry?: Time | undefined
}

/** One reaction: what is done on a change, and when. */
export interface ReactionConfig extends ActionConfig {
  /** In logs, metrics and the status. */
  readonly name?: string | undefined
  /** For each of check, apply and verify. */
  readonly timeout?: Time | undefined
  /** Least time between two. */
  readonly cooldown?: Time | undefined
  /** Spread replicas over this time. */
  readonly splay?: Time | undefined
  /** One replica after another: the name of a Lease, or more. */
  readonly oneAtATime?: string | TurnConfig | undefined
  /** React once at the start too. Default: when no command is wrapped. */
  readonly initial?: boolean | undefined
  readonly retry?:
    | false
    | {
        readonly attempts?: number | undefined
        readonly min?: Time | undefined
        readonly max?: Time | undefined
      }
    | undefined
  /** More changes than this are flapping: held until it is quiet. */
  readonly breaker?: { readonly max: number; readonly within: Time } | undefined
}

/** Where state is served. */
export interface ListenConfig {
  /** `9533` is this pod only; `:9533` is every address. */
  readonly address: string | number
  /** A file with the bearer token that all but `/livez` asks for. */
  readonly tokenFile?: string | undefined
  /** How long an old config may run before `/readyz` says no. */
  readonly stale?: Time | undefined
}

/** What of it the cluster is told. */
export interface TellConfig {
  /** Events of the pod. */
  readonly events?: boolean | undefined
  /** Annotations of the pod. */
  readonly annotate?: boolean | undefined
}

/** What hotmount.yaml holds, and what any command line amounts to. */
export interface Config {
  readonly $schema?: string | undefined
  /** By name: a path, or a path and how it is watched. With several, keys are called NAME/KEY. */
  readonly mounts: Readonly<Record<string, string | MountConfig>>
  readonly reactions: readonly ReactionConfig[]
  readonly run?: Words | RunConfig | undefined
  readonly listen?: string | number | ListenConfig | undefined
  /** Tell the cluster: annotations and Events of this pod. */
  readonly report?: boolean | TellConfig | undefined
  /** `auto`: for reading on a terminal, JSON lines elsewhere. */
  readonly log?: 'auto' | 'json' | undefined
}
