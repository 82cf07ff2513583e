/** What decides which config nginx reads: the same for the check as for the server. */
export interface NginxFiles {
  /** The program. Default `nginx`. */
  readonly binary?: string
  /** `-c`: the config file. */
  readonly config?: string
  /** `-p`: the prefix of relative paths. */
  readonly prefix?: string
  /** `-g`: directives outside any file, such as `daemon off;`. */
  readonly globals?: string
}

/** The options that take a value. Those of them that decide nothing here have no name. */
const names: Readonly<Record<string, keyof NginxFiles | undefined>> = {
  c: 'config',
  p: 'prefix',
  g: 'globals',
}

const programs = /^(?:nginx|nginx-debug|openresty|angie|freenginx|tengine)$/

/** Reads options as nginx does: `-qc file`, `-cfile` and `-c file` are the same; the last one wins. */
const readOptions = (args: readonly string[]): NginxFiles => {
  const files: { -readonly [K in keyof NginxFiles]: NginxFiles[K] } = {}
  for (let at = 0; at < args.length; at++) {
    const [, letter, attached] = /^-[?hvVtTq]*([cpges])(.*)$/s.exec(args[at] ?? '') ?? []
    if (letter === undefined) continue
    const value = attached === '' ? args[++at] : attached
    const name = names[letter]
    if (value !== undefined && name !== undefined) files[name] = value
  }
  return files
}

/**
 * Takes the program and its -c, -p and -g out of the command line of an nginx, also behind an entrypoint script.
 * undefined when no word of it is nginx.
 *
 * @example
 * nginxArgs(['nginx', '-g', 'daemon off;']) // { binary: 'nginx', globals: 'daemon off;' }
 */
export const nginxArgs = (argv: readonly string[]): NginxFiles | undefined => {
  const at = argv.findIndex((word) => programs.test(word.slice(word.lastIndexOf('/') + 1)))
  const binary = argv[at]
  return binary === undefined ? undefined : { binary, ...readOptions(argv.slice(at + 1)) }
}
