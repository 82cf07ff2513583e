export type { WatchServicesOptions } from './options.js'
export type { ServiceEndpoint, ServicePort, ServiceValue } from './service-values.js'
export { watchServices } from './watch-services.js'
