import { z } from 'zod'

// What a cluster with strict field validation (the default of kubectl) takes, narrowed to the fields that the examples
// and deploy/ use or could use. docs/adr/0007-pod-schema.md

const label = z.string().regex(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/)
const key = z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/)
const absolute = z.string().regex(/^\/[^:]*$/)
/** A path that stays below where it is put. */
const relative = z.string().refine((path) => !path.startsWith('/') && !path.split('/').includes('..'))
const quantity = z.string().regex(/^\d+(?:\.\d+)?(?:m|[kMGTPE]|[KMGTPE]i)?$/)
const port = z.int().min(1).max(65_535)
const mode = z.int().min(0).max(0o777)
const seconds = z.int().min(1)
const count = z.int().min(0)

const metadata = z.strictObject({
  name: label,
  namespace: label.optional(),
  labels: z.record(z.string(), z.string().max(63)).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
})
const seccompProfile = z.strictObject({ type: z.enum(['RuntimeDefault', 'Unconfined', 'Localhost']) })
const identity = {
  runAsNonRoot: z.boolean().optional(),
  runAsUser: count.optional(),
  runAsGroup: count.optional(),
  seccompProfile: seccompProfile.optional(),
}
const podSecurity = z.strictObject({ ...identity, fsGroup: count.optional() })
const containerSecurity = z.strictObject({
  ...identity,
  allowPrivilegeEscalation: z.boolean().optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
  capabilities: z
    .strictObject({ add: z.array(z.string()).optional(), drop: z.array(z.string()).optional() })
    .optional(),
})
const handler = z.union([
  z.strictObject({
    httpGet: z.strictObject({
      path: z.string().startsWith('/'),
      port: z.union([port, label]),
      scheme: z.enum(['HTTP', 'HTTPS']).optional(),
    }),
  }),
  z.strictObject({ tcpSocket: z.strictObject({ port: z.union([port, label]) }) }),
  z.strictObject({ exec: z.strictObject({ command: z.array(z.string()).min(1) }) }),
])
const timing = ['initialDelaySeconds', 'periodSeconds', 'timeoutSeconds', 'failureThreshold'] as const
const probe = z.looseObject({}).transform((given, context) => {
  const rest = Object.fromEntries(
    Object.entries(given).filter(([name]) => !(timing as readonly string[]).includes(name)),
  )
  const times = timing.flatMap((name) => (name in given ? [given[name]] : []))
  if (!z.array(seconds).safeParse(times).success || !handler.safeParse(rest).success)
    context.addIssue({ code: 'custom', message: 'not a probe' })
  return given
})
const env = z.strictObject({
  name: z.string().regex(/^[-._a-zA-Z][-._a-zA-Z0-9]*$/),
  value: z.string().optional(),
  valueFrom: z
    .union([
      z.strictObject({ fieldRef: z.strictObject({ fieldPath: z.string() }) }),
      z.strictObject({ configMapKeyRef: z.strictObject({ name: label, key }) }),
      z.strictObject({ secretKeyRef: z.strictObject({ name: label, key }) }),
    ])
    .optional(),
})
const envFrom = z.union([
  z.strictObject({ configMapRef: z.strictObject({ name: label }) }),
  z.strictObject({ secretRef: z.strictObject({ name: label }) }),
])
const container = z.strictObject({
  name: label,
  image: z.string().regex(/^\S+$/),
  command: z.array(z.string()).min(1).optional(),
  args: z.array(z.string()).optional(),
  workingDir: absolute.optional(),
  env: z.array(env).optional(),
  envFrom: z.array(envFrom).optional(),
  ports: z
    .array(
      z.strictObject({
        containerPort: port,
        name: label.max(15).optional(),
        protocol: z.enum(['TCP', 'UDP']).optional(),
      }),
    )
    .optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  startupProbe: probe.optional(),
  resources: z
    .strictObject({
      requests: z.record(z.string(), quantity).optional(),
      limits: z.record(z.string(), quantity).optional(),
    })
    .optional(),
  restartPolicy: z.literal('Always').optional(),
  securityContext: containerSecurity.optional(),
  volumeMounts: z
    .array(z.strictObject({ name: label, mountPath: absolute, readOnly: z.boolean().optional() }))
    .optional(),
})

// A ConfigMap's name may hold dots: kube-root-ca.crt.
const subdomain = z.string().regex(/^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/)
const items = z.array(z.strictObject({ key, path: relative, mode: mode.optional() })).optional()
const optional = z.boolean().optional()
const defaultMode = mode.optional()
const podFact = z.strictObject({ path: relative, fieldRef: z.strictObject({ fieldPath: z.string() }) })
const source = z.union([
  z.strictObject({ configMap: z.strictObject({ name: subdomain, items, optional }) }),
  z.strictObject({ secret: z.strictObject({ name: label, items, optional }) }),
  z.strictObject({
    serviceAccountToken: z.strictObject({
      path: relative,
      audience: z.string().optional(),
      expirationSeconds: z.int().min(600).optional(),
    }),
  }),
  z.strictObject({ downwardAPI: z.strictObject({ items: z.array(podFact).min(1) }) }),
])
const volume = z.union([
  z.strictObject({ name: label, configMap: z.strictObject({ name: label, items, defaultMode, optional }) }),
  z.strictObject({
    name: label,
    secret: z.strictObject({ secretName: label, items, defaultMode, optional }),
  }),
  z.strictObject({
    name: label,
    projected: z.strictObject({ sources: z.array(source).min(1), defaultMode }),
  }),
  z.strictObject({
    name: label,
    emptyDir: z.strictObject({ medium: z.literal('Memory').optional(), sizeLimit: quantity.optional() }),
  }),
])

const podSpec = z.strictObject({
  initContainers: z.array(container).optional(),
  containers: z.array(container).min(1),
  volumes: z.array(volume).optional(),
  securityContext: podSecurity.optional(),
  serviceAccountName: label.optional(),
  automountServiceAccountToken: z.boolean().optional(),
  shareProcessNamespace: z.boolean().optional(),
  terminationGracePeriodSeconds: count.optional(),
  restartPolicy: z.enum(['Always', 'OnFailure', 'Never']).optional(),
})
const pod = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Pod'),
  metadata,
  spec: podSpec,
})
const labels = z.record(z.string(), z.string().max(63))
const workload = {
  replicas: count.optional(),
  selector: z.strictObject({ matchLabels: labels }),
  template: z.strictObject({
    metadata: z.strictObject({ labels, annotations: z.record(z.string(), z.string()).optional() }),
    // What keeps pods running takes no other policy.
    spec: podSpec.extend({ restartPolicy: z.literal('Always').optional() }),
  }),
}
const deployment = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('Deployment'),
  metadata,
  spec: z.strictObject({ ...workload, progressDeadlineSeconds: seconds.optional() }),
})
const statefulSet = z.strictObject({
  apiVersion: z.literal('apps/v1'),
  kind: z.literal('StatefulSet'),
  metadata,
  spec: z.strictObject({ ...workload, serviceName: label.optional() }),
})
const rbac = z.literal('rbac.authorization.k8s.io/v1')
const words = z.array(z.string()).min(1)
const role = z.strictObject({
  apiVersion: rbac,
  kind: z.literal('Role'),
  metadata,
  rules: z.array(
    z.strictObject({
      apiGroups: words,
      resources: words,
      resourceNames: words.optional(),
      verbs: words,
    }),
  ),
})
const roleBinding = z.strictObject({
  apiVersion: rbac,
  kind: z.literal('RoleBinding'),
  metadata,
  roleRef: z.strictObject({
    apiGroup: z.literal('rbac.authorization.k8s.io'),
    kind: z.enum(['Role', 'ClusterRole']),
    name: label,
  }),
  subjects: z.array(
    z.strictObject({ kind: z.literal('ServiceAccount'), name: label, namespace: label.optional() }),
  ),
})
const serviceAccount = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ServiceAccount'),
  metadata,
})
const texts = z.record(key, z.string()).optional()
const configMap = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('ConfigMap'),
  metadata,
  data: texts,
  binaryData: texts,
  immutable: z.boolean().optional(),
})
const secret = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Secret'),
  metadata,
  type: z.string().optional(),
  stringData: texts,
  data: texts,
})

/** A manifest as a cluster would take it. An unknown field is an error, as it is there. */
export const manifest = z.discriminatedUnion('kind', [
  pod,
  deployment,
  statefulSet,
  configMap,
  secret,
  role,
  roleBinding,
  serviceAccount,
])

/** A manifest that fits the schema. */
export type Manifest = z.output<typeof manifest>
/** What runs in a pod that fits the schema. */
export type PodSpec = z.output<typeof podSpec>
/** One container of it. */
export type Container = z.output<typeof container>
