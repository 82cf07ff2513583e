import type { Stored } from './kinds.js'
import { Refusal } from './refusals.js'

interface Spec {
  readonly selector?: object
  readonly manualSelector?: boolean
  readonly template: { readonly metadata?: { readonly labels?: Record<string, string> } }
}

/** A Job selects its pods by an identity that the server gives it; one that brings a selector along is refused. */
export const jobSpec = ({ metadata: { name, uid = '' }, spec }: Stored): object => {
  const given = spec as Spec
  if (given.manualSelector === true) return given
  const own = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
  const { metadata = {} } = given.template
  const { labels = {} } = metadata
  const isForeign = Object.entries(own).some(([key, value]) => (labels[key] ?? value) !== value)
  if (given.selector !== undefined || isForeign)
    throw new Refusal(
      422,
      'Invalid',
      `Job.batch "${name}" is invalid: spec.selector: \`selector\` not auto-generated`,
    )
  return {
    ...given,
    selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
    template: { ...given.template, metadata: { ...metadata, labels: { ...labels, ...own } } },
  }
}
