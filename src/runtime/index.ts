/** The native transport's public entry point: `import … from 'toolrig'`. */

export type { Clock, ClockTimer } from '../core/clock.ts';
export { type CallErrorCode, type ErrorCode, ToolError, ToolrigError } from '../core/errors.ts';
export type { ConfigProblem } from './config/config-problem.ts';
export type { Config, ServiceConfig } from './config/config-schema.ts';
export { DEFAULT_PORT } from './config/default-port.ts';
export type { Environment, ReadText } from './config/environment.ts';
export { type ConfigSources, type LoadedConfig, loadConfig } from './config/load-config.ts';
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
export { loadServiceModule } from './dispatch/service-module.ts';
export type {
  ServiceReference,
  ServiceStats,
  ServiceStatus,
} from './dispatch/service-reference.ts';
export type { CallTransport } from './dispatch/transport.ts';
export { servicesInTree } from './health/expected-services.ts';
export type { HealthEvent } from './health/health-channel.ts';
export {
  type ExpectedService,
  HealthMonitor,
  type HealthMonitorOptions,
  type HealthStatus,
  type ServiceLookup,
} from './health/health-monitor.ts';
export type { FailureReason } from './health/probe.ts';
export {
  type LivenessFacts,
  liveness,
  type ProbeCheck,
  type ProbeReport,
  type ReadinessFacts,
  readiness,
} from './health/readiness.ts';
export type { ServiceHealth } from './health/service-health.ts';
export {
  NativeTransport,
  type NativeTransportOptions,
} from './scheduler/native-transport.ts';
export { Application, type ApplicationOptions } from './supervision/application.ts';
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
export { type ServiceChildOptions, serviceChild } from './supervision/service-child.ts';
export { Supervisor, type SupervisorOptions } from './supervision/supervisor.ts';
export { type SupervisorInit, supervisorChild } from './supervision/supervisor-child.ts';
export { type ExternalChildOptions, threadChild } from './supervision/thread-child.ts';
export type { ArgumentMode } from './telemetry/audit-arguments.ts';
export type { ChainKey } from './telemetry/audit-chain.ts';
export {
  type AuditEntry,
  AuditLog,
  type AuditOptions,
  type AuditStats,
} from './telemetry/audit-log.ts';
export type { CallEvent } from './telemetry/call-channels.ts';
export type { CallTags, OutcomeTag } from './telemetry/call-series.ts';
export { ConsoleReporter, type ConsoleReporterOptions } from './telemetry/console-reporter.ts';
export {
  BUCKET_BOUNDS_NS,
  estimateQuantileNs,
} from './telemetry/duration-buckets.ts';
export { type AttachedHandler, EventBus, telemetry } from './telemetry/event-bus.ts';
export type { TelemetryHandler } from './telemetry/event-topic.ts';
export {
  createLog,
  type Log,
  type LogFileOptions,
  type LogLevel,
  type LogOptions,
} from './telemetry/log.ts';
export type { Logger } from './telemetry/logger.ts';
export {
  type DurationDistribution,
  type MetricPoint,
  MetricsCollector,
  type MetricsCollectorOptions,
  type MetricsSnapshot,
} from './telemetry/metrics-collector.ts';
export { OtelTracing } from './telemetry/otel-tracing.ts';
export {
  PrometheusExporter,
  type PrometheusOptions,
  prometheusText,
} from './telemetry/prometheus-exporter.ts';
export type { SupervisedChildEvent, SupervisorExitEvent } from './telemetry/supervisor-channels.ts';
export type {
  CallMeasurements,
  Measurements,
  MeasurementsOf,
  MetadataOf,
  TelemetryEvents,
} from './telemetry/telemetry-events.ts';
export {
  type PolledServices,
  TelemetryPoller,
  type TelemetryPollerOptions,
} from './telemetry/telemetry-poller.ts';
export { type AuditVerdict, verifyAudit } from './telemetry/verify-audit.ts';
