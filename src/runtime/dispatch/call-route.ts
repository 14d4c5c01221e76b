/**
 * The way of a call from whoever makes it to the service, when it has more to it than the look-up:
 * a caller with an identity, a gate to pass, somebody who observes, a copy to be made.
 *
 *   caller ──▶ registry ──▶ [ observed ] ──▶ [ gate ] ──▶ [ copy ] ──▶ service
 *
 * The transport's own hot path goes straight to the service when none of this is there.
 */

import { requireArray } from '../../core/options.ts';
import { isCallObserved, observeCall } from '../telemetry/call-channels.ts';
import type { Gate } from './access/gate.ts';
import { type GatedCall, sealParams, toolOf } from './access/gated-call.ts';
import { ANONYMOUS, type Caller } from './access/identity.ts';
import { type CallOptions, metaOf, requestIdOf, withRequestId } from './call-context.ts';
import { serviceNotFound } from './call-errors.ts';
import { callInTurn } from './call-many.ts';
import { type CopyMode, handOver } from './ownership.ts';
import type { Registry } from './registry.ts';
import type { ServiceReference } from './service-reference.ts';

export class CallRoute {
  /** Whether nothing but an observer can stand between a call and its service. */
  readonly isPlain: boolean;
  readonly registry: Registry;
  readonly #copy: CopyMode;
  readonly #gate: Gate | undefined;

  constructor(registry: Registry, copy: CopyMode, gate: Gate | undefined) {
    this.registry = registry;
    this.isPlain = copy === 'reference' && gate === undefined;
    this.#copy = copy;
    this.#gate = gate;
  }

  /** @param caller - `undefined` for a call without an identity */
  call(
    caller: Caller | undefined,
    name: string,
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    const reference = this.registry.lookup(name);
    if (reference === undefined) return this.#callNobody(caller, name, method, params, options);
    return this.callReference(caller, reference, method, params, options);
  }

  callReference(
    caller: Caller | undefined,
    reference: ServiceReference,
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    if (!isCallObserved()) {
      if (this.isPlain) return reference.call(method, params, options);
      return this.#pass(caller, reference, method, this.#seal(method, params), options);
    }
    const given = this.#seal(method, params);
    return observe(caller, reference.name, method, given, options, (withId) =>
      this.#pass(caller, reference, method, given, withId),
    );
  }

  async callMany(
    caller: Caller | undefined,
    name: string,
    method: string,
    paramsList: readonly unknown[],
    options: CallOptions | undefined,
  ): Promise<unknown[]> {
    requireArray('the params of callMany', paramsList);
    const reference = this.registry.lookup(name);
    if (reference === undefined) {
      return this.#callNobody(caller, name, method, undefined, options);
    }
    if (this.#copy === 'reference' && !isCallObserved()) {
      const passed = this.#passTogether(caller, reference, method, paramsList);
      if (passed !== undefined) return reference.callMany(method, passed, options);
    }
    // Each call is observed, decided on and copied by itself.
    const each = {
      call: (toMethod: string, params?: unknown, toOptions?: CallOptions) =>
        this.callReference(caller, reference, toMethod, params, toOptions),
    };
    const concurrency = this.#gate?.concurrencyOf(caller ?? ANONYMOUS);
    return callInTurn(each, method, paramsList, options, concurrency);
  }

  notify(caller: Caller | undefined, name: string, method: string, params: unknown): void {
    const reference = this.registry.lookup(name);
    const gate = this.#gate;
    if (gate === undefined) {
      if (reference === undefined) throw serviceNotFound(name, this.registry.names());
      reference.notify(method, handOver(params, this.#copy));
      return;
    }
    const given = sealParams(method, params);
    gate.notify(gatedCall(caller, reference?.name ?? name, method, given, undefined), () => {
      if (reference === undefined) throw serviceNotFound(name);
      reference.notify(method, handOver(given, this.#copy));
    });
  }

  #seal(method: string, params: unknown): unknown {
    return this.#gate === undefined ? params : sealParams(method, params);
  }

  #pass(
    caller: Caller | undefined,
    reference: ServiceReference,
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    if (this.#gate === undefined) return this.#send(reference, method, params, options);
    return this.#gate.call(
      gatedCall(caller, reference.name, method, params, options),
      (given, withOptions) => this.#send(reference, method, given, withOptions),
    );
  }

  /** What may be sent as one batch; `undefined` when the calls have to be looked at one by one. */
  #passTogether(
    caller: Caller | undefined,
    reference: ServiceReference,
    method: string,
    paramsList: readonly unknown[],
  ): readonly unknown[] | undefined {
    const gate = this.#gate;
    if (gate === undefined) return paramsList;
    if (gate.isTrimming(method) || gate.isCounting(caller ?? ANONYMOUS)) return undefined;
    const given = paramsList.map((params) => sealParams(method, params));
    const areAllowed = given.every((params) =>
      gate.allows(gatedCall(caller, reference.name, method, params, undefined)),
    );
    return areAllowed ? given : undefined;
  }

  /** A name that nobody has: whether it exists is told only to those who might call it. */
  #callNobody(
    caller: Caller | undefined,
    name: string,
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<never> {
    if (!isCallObserved()) return this.#refuse(caller, name, method, params, options);
    return observe(caller, name, method, params, options, (withId) =>
      this.#refuse(caller, name, method, params, withId),
    );
  }

  #refuse(
    caller: Caller | undefined,
    name: string,
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<never> {
    if (this.#gate === undefined) {
      return Promise.reject(serviceNotFound(name, this.registry.names()));
    }
    const call = gatedCall(caller, name, method, sealParams(method, params), options);
    return this.#gate.call(call, () => Promise.reject(serviceNotFound(name))) as Promise<never>;
  }

  #send(
    reference: ServiceReference,
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    if (this.#copy === 'reference') return reference.call(method, params, options);
    return this.#handOverCall(reference, method, params, options);
  }

  async #handOverCall(
    reference: ServiceReference,
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    const reply = await reference.call(method, handOver(params, this.#copy), options);
    return handOver(reply, this.#copy);
  }
}

/** Makes a call under the eyes of whoever listens, with the request id that they were told. */
function observe<T>(
  caller: Caller | undefined,
  service: string,
  method: string,
  params: unknown,
  options: CallOptions | undefined,
  call: (options: CallOptions | undefined) => Promise<T>,
): Promise<T> {
  const requestId = requestIdOf(options);
  const subject = {
    service,
    method,
    tool: toolOf(method, params),
    caller: caller?.id,
    params,
    requestId,
    meta: metaOf(params, options),
  };
  return observeCall(subject, () => call(withRequestId(options, requestId)));
}

/** What is no name is decided on as the text that it makes; services and methods have none such. */
function gatedCall(
  caller: Caller | undefined,
  service: unknown,
  method: unknown,
  params: unknown,
  options: CallOptions | undefined,
): GatedCall {
  const tool = toolOf(method, params);
  return {
    caller: caller ?? ANONYMOUS,
    service: String(service),
    method: String(method),
    tool,
    params,
    options,
  };
}
