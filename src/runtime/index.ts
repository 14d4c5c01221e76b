/** The native transport's public entry point: `import … from 'toolrig'`. */

export type { Clock, ClockTimer } from '../core/clock.ts';
export { type CallErrorCode, type ErrorCode, ToolError, ToolrigError } from '../core/errors.ts';
export type { BatchCall, CallOutcome } from './dispatch/batch.ts';
export type { CallContext, CallOptions, Progress } from './dispatch/call-context.ts';
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
export type { CallTransport } from './dispatch/transport.ts';
export { NativeTransport, type NativeTransportOptions } from './scheduler/native-transport.ts';
export type { ChildCounts, ListedChild } from './supervision/child-list.ts';
export { onShutdown, tellIgnore, tellReady } from './supervision/child-messages.ts';
export { type ChildNode, type ChildStatus, expectedServices } from './supervision/child-node.ts';
export type {
  AutoShutdown,
  ChildOptions,
  ChildSpec,
  ChildType,
  Restart,
  Shutdown,
} from './supervision/child-spec.ts';
export {
  type ChildTemplate,
  DynamicSupervisor,
  type DynamicSupervisorOptions,
} from './supervision/dynamic-supervisor.ts';
export type { ExitReason } from './supervision/exit-reason.ts';
export type { ExitReasons } from './supervision/exit-status.ts';
export { inlineChild } from './supervision/inline-child.ts';
export { processChild } from './supervision/process-child.ts';
export type { Strategy } from './supervision/restart-rules.ts';
export type { RunningChild, StartChild, StartResult } from './supervision/running-child.ts';
export { Supervisor, type SupervisorOptions } from './supervision/supervisor.ts';
export { type SupervisorInit, supervisorChild } from './supervision/supervisor-child.ts';
export { type ExternalChildOptions, threadChild } from './supervision/thread-child.ts';
export type { CallEvent } from './telemetry/call-channels.ts';
export type { Logger } from './telemetry/logger.ts';
export type { SupervisedChildEvent, SupervisorExitEvent } from './telemetry/supervisor-channels.ts';
