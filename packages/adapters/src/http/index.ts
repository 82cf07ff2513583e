export type { HttpOptions, TlsFiles } from './options.js'
export { push, type PushOptions } from './push.js'
export { webhook, type WebhookOptions } from './webhook.js'
