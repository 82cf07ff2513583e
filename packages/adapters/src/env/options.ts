import type { Known } from '../options/known.js'

/** Options of `envFile`, `envKeys` and `envOf`. */
export interface EnvOptions {
  /** Where the variables go. Default `process.env`. */
  readonly into?: NodeJS.ProcessEnv
  /** Whether the mount wins over a variable that was there before. Default false, as with dotenv and `envFrom`. */
  readonly override?: boolean
  /** Replace `${NAME}` and `${NAME:-default}` in values; `\$` stands for a dollar sign. Default false. */
  readonly expand?: boolean
  /** Variables that must be there and not be empty, in the mount or from before. */
  readonly required?: readonly string[]
  /** Put before every name. */
  readonly prefix?: string
  /** Names that are refused, in place of {@link defaultDeny}. A pattern is searched for in the whole name. */
  readonly deny?: readonly (string | RegExp)[]
}

/** Their names. */
export const envOptions: Known<EnvOptions> = {
  into: true,
  override: true,
  expand: true,
  required: true,
  prefix: true,
  deny: true,
}

/**
 * Names that are refused unless `deny` says otherwise, since they make this process or its children load code or
 * trust someone: those of Node (NODE_ENV is fine), the dynamic loader, shells, git, npm, other languages' runtimes,
 * OpenSSL and curl. It is a fence, not a wall: what a variable means, only the program that reads it knows.
 *
 * @example
 * envFile({ key: 'app.env', deny: [...defaultDeny, 'HOME', /^AWS_/] })
 */
export const defaultDeny: readonly (string | RegExp)[] = Object.freeze([
  /^NODE_(?!ENV$)/,
  /^(?:LD|DYLD|GIT|OPENSSL)_/,
  /^npm_config_/i,
  /^(?:PERL5?|PYTHON|RUBY)(?:OPT|LIB|DB|PATH|HOME|STARTUP|INSPECT|WARNINGS|USERBASE|BREAKPOINT|EXECUTABLE)/,
  /^(?:JAVA_TOOL|_JAVA|JDK_JAVA|BUN)_OPTIONS$/,
  /^LUA_(?:INIT|C?PATH)(?:_|$)/,
  /^DOTNET_(?:STARTUP_HOOKS|ADDITIONAL_DEPS|SHARED_STORE)$/,
  /^(?:CORECLR|COR)_(?:ENABLE_)?PROFIL/,
  /^(?:CURL|REQUESTS)_CA_BUNDLE$/,
  /^(?:GEM_(?:PATH|HOME)|BUNDLE_GEMFILE|PHPRC|PHP_INI_SCAN_DIR|CLASSPATH|ZDOTDIR)$/,
  'PATH',
  'ENV',
  'BASH_ENV',
  'SHELLOPTS',
  'BASHOPTS',
  'PROMPT_COMMAND',
  'PS4',
  'IFS',
  'CDPATH',
  'GLIBC_TUNABLES',
  'GCONV_PATH',
  'LOCPATH',
  'HOSTALIASES',
  'RES_OPTIONS',
  'SSLKEYLOGFILE',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
])
