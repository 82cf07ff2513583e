/** What the library calls its options and functions, and how the command says it. */
const phrases: readonly (readonly [library: string, command: string])[] = [
  // Before the one for `timeout`, which it contains.
  [
    'Give the loop a longer `timeout` if the others need it',
    'Say a longer wait in hotmount.yaml if the others need it',
  ],
  ['; correct or remove these, or change deny, required or expand', '; correct or remove these'],
  ['`wait`', '--wait'],
  ['`keys`', '--keys'],
  ['`timeout`', '--timeout'],
  ['`maxBytes`', 'maxBytes of the mount in hotmount.yaml'],
  ["emptied: 'accept'", '--accept-empty'],
  ['pidFile(path), or processMatching(/a narrower pattern/)', '--pid-file PATH, or --match REGEX'],
  ['use processNamed', 'use --process'],
  [
    "give supervise() the option restart: 'onFailure', or make a new supervisor",
    'with --restart-policy on-failure it would be',
  ],
  [
    "give check a command, as in check: ['myserver', '--test']; who accepts the risk writes check: ['true']",
    'give it --check CMD; who accepts the risk writes --check true',
  ],
  ['give check a command of its own', 'give it --check CMD'],
  ['have it signalled: reload: "signal"', 'have it signalled: reload: signal of the server in hotmount.yaml'],
  ['give a function as `readBack`; if nothing, false', 'or nothing, say readBack: false in hotmount.yaml'],
  ['Without statusUrl only workers count', 'Without statusUrl in hotmount.yaml only workers count'],
]

/** A hint of the library, in words of the command. */
export const inFlags = (hint: string | undefined): string | undefined => {
  let said = hint
  for (const [library, command] of phrases) said = said?.replaceAll(library, command)
  return said
}

/** What the library says that is said otherwise here: a test looks whether it still says it. */
export const libraryPhrases = (): readonly string[] => phrases.map(([library]) => library)
