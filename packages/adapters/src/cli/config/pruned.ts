import type { Config } from './config.js'
import type { Path, Problem } from './problem.js'

/** What stands for a part that does not fit, so that the rest can be judged as well. */
const standIns: Readonly<Record<string, unknown>> = { mounts: '/', reactions: { command: 'true' } }

type Tree = { [step: string]: unknown }

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null

/** Takes the part at a path out of a tree. */
const cut = (tree: unknown, [step, ...rest]: Path, trail: Path): void => {
  if (step === undefined || !isTree(tree)) return
  const whole = [...trail, step]
  if (rest.length > 0) return cut(tree[step], rest, whole)
  const [top] = whole
  if (whole.length === 2 && top !== undefined && Object.hasOwn(standIns, top)) tree[step] = standIns[top]
  else if (whole.length === 1 && step === 'run') tree[step] = 'true'
  // A hole in a list would move what stands behind it.
  else if (Array.isArray(tree)) tree[step] = typeof tree[0] === 'string' ? tree[0] : standIns['reactions']
  else delete tree[step]
}

const isWhole = (tree: unknown): tree is Config =>
  isTree(tree) && isTree(tree['mounts']) && Array.isArray(tree['reactions'])

/** A value without what does not fit; undefined when too little is left to be judged. */
export const withoutMisfits = (value: unknown, misfits: readonly Problem[]): Config | undefined => {
  const tree: unknown = structuredClone(value)
  for (const { path } of misfits) cut(tree, path, [])
  return isWhole(tree) ? tree : undefined
}

const isWithin = (inner: Path, outer: Path): boolean => outer.every((step, at) => inner[at] === step)

/** Problems that are there whatever stands in the place of what does not fit. */
export const besides = (problems: readonly Problem[], misfits: readonly Problem[]): readonly Problem[] =>
  problems.filter(
    ({ path }) => !misfits.some((misfit) => isWithin(misfit.path, path) || isWithin(path, misfit.path)),
  )
