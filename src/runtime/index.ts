/** The native transport's public entry point: `import … from 'toolrig'`. */

export type { Clock, ClockTimer } from '../core/clock.ts';
export { type CallErrorCode, type ErrorCode, ToolError, ToolrigError } from '../core/errors.ts';
export { type Caller, type Identity, SYSTEM } from './dispatch/access/identity.ts';
export {
  type PolicyData,
  type PolicyLimit,
  type PolicyRule,
  parsePolicy,
} from './dispatch/access/policy-data.ts';
export type { BatchCall, CallOutcome } from './dispatch/batch.ts';
export type { CallContext, CallOptions, Progress } from './dispatch/call-context.ts';
export type { IdentifiedCaller } from './dispatch/identified-caller.ts';
export type { CopyMode } from './dispatch/ownership.ts';
export type { Placement } from './dispatch/placement.ts';
export type * from './dispatch/protocol.ts';
export type { ServiceListing, ServiceListingMeta } from './dispatch/registry.ts';
export type { RetryOptions } from './dispatch/retry.ts';
export {
  type BatchOptions,
  ServiceClient,
  type ServiceClientOptions,
} from './dispatch/service-client.ts';
export {
  defineService,
  type PromptSpec,
  type ResourcesSpec,
  type ServiceDefinition,
  type ServiceSpec,
  type ToolSpec,
} from './dispatch/service-definition.ts';
export type { ServiceHandle } from './dispatch/service-handle.ts';
export type { ServiceModule, StartOptions } from './dispatch/service-host.ts';
export type {
  ServiceReference,
  ServiceStats,
  ServiceStatus,
} from './dispatch/service-reference.ts';
export {
  type CallTransport,
  NativeTransport,
  type TransportOptions,
} from './dispatch/transport.ts';
export type { ArgumentMode } from './telemetry/audit-arguments.ts';
export type { ChainKey } from './telemetry/audit-chain.ts';
export {
  type AuditEntry,
  AuditLog,
  type AuditOptions,
  type AuditStats,
} from './telemetry/audit-log.ts';
export type { CallEvent } from './telemetry/call-channels.ts';
export {
  createLog,
  type Log,
  type LogFileOptions,
  type LogLevel,
  type LogOptions,
} from './telemetry/log.ts';
export type { Logger } from './telemetry/logger.ts';
export { type AuditVerdict, verifyAudit } from './telemetry/verify-audit.ts';
