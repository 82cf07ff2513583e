import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type Issue, UsageError } from '@hotmount/core'
import { frozenCopy } from './freeze.js'
import { pathText, valueAt } from './paths.js'

/** Any schema that follows Standard Schema v1: zod, valibot, arktype, or one written by hand. */
export type AnySchema = StandardSchemaV1
/** What a schema turns its input into. */
export type OutputOf<S extends AnySchema> = StandardSchemaV1.InferOutput<S>

/** What a schema says about one input. */
export type Verdict<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly issues: readonly Issue[]
      /** Paths of issues at which the input holds nothing. */
      readonly missing: ReadonlySet<string>
      readonly origin?: unknown
    }

const stepsOf = ({ path = [] }: StandardSchemaV1.Issue): readonly PropertyKey[] =>
  path.map((part) => (typeof part === 'object' ? part.key : part))

const isMissing = (input: unknown, steps: readonly PropertyKey[]): boolean =>
  steps.length > 0 &&
  valueAt(
    input,
    steps.map((step) => (typeof step === 'symbol' ? String(step) : step)),
  ) === undefined

const refused = (issues: readonly StandardSchemaV1.Issue[], input: unknown): Verdict<never> => {
  const paths = issues.map(stepsOf)
  return {
    ok: false,
    issues: issues.map((issue) => ({ path: pathText(stepsOf(issue)), message: issue.message })),
    missing: new Set(paths.filter((steps) => isMissing(input, steps)).map(pathText)),
  }
}

const verdictOf = <T>(result: StandardSchemaV1.Result<T>, input: unknown, before: unknown): Verdict<T> =>
  result.issues ? refused(result.issues, input) : { ok: true, value: frozenCopy(result.value, before) }

// Code of the user's own (a refinement, a transform) threw: it is no verdict on a path.
const thrown = (origin: unknown): Verdict<never> => ({ ok: false, issues: [], missing: new Set(), origin })

/** Asks a schema: at once where it can answer at once, else later. Its value comes back frozen, parts as `before` shared with it. Never throws. */
export const validate = <S extends AnySchema>(
  schema: S,
  input: unknown,
  before?: unknown,
): Verdict<OutputOf<S>> | Promise<Verdict<OutputOf<S>>> => {
  try {
    const answer = schema['~standard'].validate(input) as
      | StandardSchemaV1.Result<OutputOf<S>>
      | Promise<StandardSchemaV1.Result<OutputOf<S>>>
    // Not instanceof: a promise of another realm or library, taken for a result, would pass without a verdict.
    return 'then' in answer
      ? Promise.resolve(answer)
          .then((late) => verdictOf(late, input, before))
          .catch(thrown)
      : verdictOf(answer, input, before)
  } catch (origin) {
    return thrown(origin)
  }
}

// Some libraries' schemas are functions.
const property = (of: unknown, name: string): unknown =>
  (typeof of === 'object' && of !== null) || typeof of === 'function' ? Reflect.get(of, name) : undefined

/** @throws UsageError BAD_OPTION when this is no Standard Schema */
export const requireSchema = (schema: unknown): void => {
  if (typeof property(property(schema, '~standard'), 'validate') !== 'function')
    throw new UsageError('BAD_OPTION', 'schema: this is not a Standard Schema', {
      hint: 'pass a schema of zod 3.24+, valibot 1+, arktype 2+, or any object that follows standardschema.dev',
    })
}
