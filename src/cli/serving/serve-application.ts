/**
 * The application that `toolrig serve` runs: a configuration made into a tree.
 *
 *   toolrig
 *   ├─ telemetry    metrics, and the poller that feeds their gauges
 *   ├─ services     one child a service, by the configuration's rules
 *   └─ health       pings what the tree says should run
 *
 * Started in this order and stopped in reverse, so that health never sees services go that were
 * asked to. Draining comes before: no new calls, and those in flight end.
 */

import { mkdirSync, rmSync } from 'node:fs';
import { SYSTEM_CLOCK } from '../../core/clock.ts';
import { ToolrigError } from '../../core/errors.ts';
import {
  Application,
  type AuditLog,
  type CallOptions,
  type CallTransport,
  type ChildNode,
  type ChildSpec,
  type Config,
  expectedServices,
  HealthMonitor,
  type Identity,
  inlineChild,
  type Logger,
  liveness,
  MetricsCollector,
  NativeTransport,
  type ProbeReport,
  PrometheusExporter,
  parsePolicy,
  readiness,
  type ServiceModule,
  serviceChild,
  servicesInTree,
  supervisorChild,
  TelemetryPoller,
} from '../../runtime/index.ts';
import { TOOL } from '../package-info.ts';
import { ActivityWindow } from './activity-window.ts';
import { type ServiceSources, serviceSources } from './service-sources.ts';
import { type ServingState, type StatusDocument, serviceRows } from './status-document.ts';
import type { ServedApplication } from './status-server.ts';

/** How often it looks whether the event loop turns, and what has been called. */
const BEAT_MS = 1_000;
/** Who calls with the admin token, for the access policy and the audit log. */
const OPERATOR: Identity = { id: 'operator', roles: ['operator'] };

export class ServeApplication implements ServedApplication {
  readonly #config: Config;
  readonly #transport: NativeTransport;
  readonly #caller: CallTransport;
  readonly #tree: Application;
  readonly #health: HealthMonitor;
  readonly #metrics = new MetricsCollector();
  readonly #poller: TelemetryPoller;
  readonly #exporter: PrometheusExporter;
  readonly #activity = new ActivityWindow();
  readonly #sources: ServiceSources;
  readonly #startedAtWallMs = SYSTEM_CLOCK.wallMs();
  readonly #startedAtMs = SYSTEM_CLOCK.nowMs();
  readonly #beat = setInterval(() => this.#onBeat(), BEAT_MS);
  #beatAtMs = SYSTEM_CLOCK.nowMs();
  #state: ServingState = 'starting';
  #inFlight = 0;
  #onQuiet: (() => void) | undefined = undefined;

  /** Resolves with the reason when the tree has ended, whoever ended it. */
  readonly ended: Promise<unknown>;

  /** @param audit - records every call; closed by whoever opened it, after the stop */
  constructor(config: Config, logger: Logger, audit?: AuditLog) {
    this.#config = config;
    this.#transport = new NativeTransport({
      logger,
      ...(config.access === undefined ? {} : { policy: parsePolicy(config.access) }),
      ...(audit === undefined ? {} : { audit }),
    });
    // Who has shown the admin token is somebody; without one, everybody on this machine is nobody.
    this.#caller = config.adminToken === undefined ? this.#transport : this.#transport.as(OPERATOR);
    this.#sources = serviceSources(config.services);
    this.#health = new HealthMonitor(this.#transport, () => servicesInTree(this.tree()), {
      ...config.health,
      logger,
      restart: (_name, reference) => reference?.kill('it failed its health check'),
    });
    this.#poller = new TelemetryPoller(this.#transport, {
      logger,
      expectedServices: () => expectedServices(this.tree()),
    });
    const children: ChildSpec[] = [
      { id: 'telemetry', start: lifetime(this.#metrics, this.#poller) },
      supervisorChild('services', {
        ...config.supervisor,
        children: this.#serviceChildren(),
        logger,
      }),
      { id: 'health', start: lifetime(this.#health) },
    ];
    this.#tree = new Application(children, {
      name: TOOL.name,
      logger,
      stopTimeoutMs: Math.max(1, config.drainDeadlineMs),
      stopAccepting: () => this.#finishCalls(),
    });
    this.ended = this.#tree.whenEnded;
    this.#exporter = new PrometheusExporter(this.#metrics, {
      processMetrics: true,
      restarts: () => this.#rows().map(({ name, restarts }) => [name, restarts] as const),
    });
    this.#beat.unref();
  }

  /** Folders made for file services that were given none, by the service's name. */
  get temporaryFolders(): ReadonlyMap<string, string> {
    return this.#sources.temporaryFolders;
  }

  /**
   * Starts everything in order.
   *
   * @throws `ERR_CHILD_START` when a part cannot be started; those before it have been stopped then
   */
  async start(): Promise<void> {
    try {
      process.once('exit', this.#removeFolders); // a second signal ends the program at once
      // Private to this user, and new: one that somebody else has made is refused.
      for (const folder of this.temporaryFolders.values()) mkdirSync(folder, { mode: 0o700 });
      await this.#tree.start();
      this.#poller.poll(); // it was there before the services were
      // It may have been asked to stop meanwhile.
      if (this.#state === 'starting') this.#state = 'running';
    } catch (error) {
      await this.#release();
      throw error;
    }
  }

  /**
   * Drains and stops: no new calls, those in flight end, then everything stops in reverse. What is
   * not done by the deadline is ended without being asked. Idempotent.
   *
   * @returns whether all of it was done in time
   */
  async stop(): Promise<boolean> {
    this.#state = 'draining';
    await this.#tree.drain();
    const reason = await this.ended;
    await this.#release();
    return reason !== 'killed';
  }

  livez(): ProbeReport {
    return liveness({
      loopTurnedAgoMs: SYSTEM_CLOCK.nowMs() - this.#beatAtMs,
      isSupervisorAlive: this.#state !== 'stopped' && this.tree().status !== 'stopped',
    });
  }

  readyz(): ProbeReport {
    const required = Object.entries(this.#config.services).filter(([, { required: is }]) => is);
    return readiness({
      hasStarted: this.#state !== 'starting',
      isDraining: this.#state === 'draining' || this.#state === 'stopped',
      requiredServices: required.map(([name]) => name),
      isRegistered: (name) => this.#transport.lookup(name)?.status === 'running',
    });
  }

  async metrics(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#exporter.contentType, text: await this.#exporter.text() };
  }

  status(port: number): StatusDocument {
    return {
      schemaVersion: 1,
      tool: TOOL,
      pid: process.pid,
      port,
      state: this.#state,
      startedAt: new Date(this.#startedAtWallMs).toISOString(),
      uptimeSeconds: (SYSTEM_CLOCK.nowMs() - this.#startedAtMs) / 1_000,
      health: this.#health.getHealthStatus(),
      tree: this.tree(),
      services: this.#rows(),
      total: this.#activityNow().total,
    };
  }

  tree(): ChildNode {
    return this.#tree.tree();
  }

  async call(
    service: string,
    method: string,
    params: unknown,
    options: CallOptions,
  ): Promise<unknown> {
    if (this.#state !== 'running') {
      throw new ToolrigError('ERR_SERVICE_EXIT', `the application is ${this.#state}: no new calls`);
    }
    this.#inFlight++;
    try {
      return await this.#caller.call(service, method, params, options);
    } finally {
      this.#inFlight--;
      if (this.#inFlight === 0) this.#onQuiet?.();
    }
  }

  #serviceChildren(): ChildSpec[] {
    return Object.entries(this.#config.services).map(([name, service]) => {
      const { placement, replicas, memoryLimitBytes, restart, shutdown } = service;
      const options = { name, placement, replicas, restart, shutdown };
      return serviceChild(this.#transport, this.#sources.byName.get(name) as ServiceModule, {
        ...options,
        ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
      });
    });
  }

  /** Resolves when no call from outside is in flight any more; none is taken meanwhile. */
  async #finishCalls(): Promise<void> {
    this.#state = 'draining';
    if (this.#inFlight === 0) return;
    await new Promise<void>((resolve) => {
      this.#onQuiet = resolve;
    });
  }

  async #release(): Promise<void> {
    this.#state = 'stopped';
    clearInterval(this.#beat);
    await this.#transport.stop();
    process.off('exit', this.#removeFolders);
    this.#removeFolders();
  }

  readonly #removeFolders = (): void => {
    for (const folder of this.temporaryFolders.values()) {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  #rows() {
    const lookup = (name: string) => this.#transport.lookup(name);
    return serviceRows(this.tree(), lookup, this.#activityNow());
  }

  #activityNow() {
    return this.#activity.report(SYSTEM_CLOCK.nowMs(), this.#metrics.snapshot());
  }

  #onBeat(): void {
    this.#beatAtMs = SYSTEM_CLOCK.nowMs();
    this.#activity.record(this.#beatAtMs, this.#metrics.snapshot());
  }
}

/** A child that is there from its start to its shutdown, for parts that start and stop themselves. */
function lifetime(...parts: readonly { start(): Promise<void>; stop(): Promise<void> }[]) {
  return inlineChild(async (signal) => {
    for (const part of parts) await part.start();
    if (!signal.aborted) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    }
    for (const part of parts.toReversed()) await part.stop();
  });
}
