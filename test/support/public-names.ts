import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './source-tree.js'

/** A name that a package hands to its users. */
export interface PublicName {
  readonly name: string
  /** Where it is declared, relative to the repository. */
  readonly file: string
  readonly callable: boolean
  /** The comment that stands right before the declaration; empty without one. */
  readonly doc: string
}

const escaped = (name: string): string => name.replaceAll('$', String.raw`\$`)

/** The declaration of a name in a module's text, with its doc comment. */
export const declarationOf = (
  text: string,
  name: string,
): Pick<PublicName, 'callable' | 'doc'> | undefined => {
  const kinds = 'const|let|function\\*?|class|interface|type|enum'
  const found = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:async )?(${kinds}) ${escaped(name)}(?![\\w$])`,
    'm',
  ).exec(text)
  if (!found) return undefined
  const before = text
    .slice(0, found.index)
    .replace(/(?:^[ \t]*\/\/.*\n)+$/m, '')
    .trimEnd()
  const start = before.lastIndexOf('/**')
  const doc = before.endsWith('*/') && start >= 0 ? before.slice(start) : ''
  const rest = text.slice(found.index + found[0].length)
  const arrow = /^\s*(?::[^=]*=>|=\s*(?:async\s*)?(?:<[^=]*>\s*)?\(|=\s*(?:async\s+)?\w+\s*=>)/.test(rest)
  const callable = /^(?:function|class)/.test(found[1] ?? '') || (found[1] === 'const' && arrow)
  return { callable, doc: doc.indexOf('*/') === doc.length - 2 ? doc : '' }
}

/** Pairs of name and specifier of each `export { … } from` and, for names passed through, `import { … } from`. */
const passedOn = (
  text: string,
  keyword: 'export' | 'import',
): ReadonlyMap<string, { name: string; from: string }> =>
  new Map(
    [...text.matchAll(new RegExp(`^${keyword} (?:type )?\\{([^}]*)\\} from '([^']+)'`, 'gm'))].flatMap(
      ([, names = '', from = '']) =>
        names
          .split(',')
          .map((entry) => entry.trim().replace(/^type /, ''))
          .filter(Boolean)
          .map((entry): [string, { name: string; from: string }] => {
            const [name = '', shown = name] = entry.split(/\s+as\s+/)
            return [shown, { name, from }]
          }),
    ),
  )

const resolveName = (file: string, name: string, shown: string): PublicName | undefined => {
  const text = readFileSync(path.join(root, file), 'utf8')
  const declaration = declarationOf(text, name)
  if (declaration) return { name: shown, file, ...declaration }
  const next = passedOn(text, 'export').get(name) ?? passedOn(text, 'import').get(name)
  // A name of another package is documented there.
  if (!next?.from.startsWith('.'))
    return next && { name: shown, file, callable: false, doc: '/** elsewhere */' }
  return resolveName(
    path.posix.join(path.posix.dirname(file), next.from).replace(/\.js$/, '.ts'),
    next.name,
    shown,
  )
}

/** Every name an entry file exports, found where it is declared. `export *` is an error: the list must be explicit. */
export const publicNamesOf = (entry: string): readonly PublicName[] => {
  const text = readFileSync(path.join(root, entry), 'utf8')
  if (/^export (?:type )?\*/m.test(text))
    throw new Error(`${entry}: export * hides what is public; list the names`)
  const own = [...text.matchAll(/^export (?:declare )?(?:abstract )?(?:async )?(?:\w+\*?) (\w+)/gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => declarationOf(text, name))
  const local = [...text.matchAll(/^export (?:type )?\{([^}]*)\}(?! from)/gm)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim().replace(/^type /, '')),
  )
  return [...new Set([...own, ...local.filter(Boolean), ...passedOn(text, 'export').keys()])].map((name) => {
    const found = resolveName(entry, name, name)
    if (!found) throw new Error(`${entry}: cannot find where ${name} is declared`)
    return found
  })
}
