/**
 * The scenario of a server that is somebody else's: one of its tools, called with the same arguments again and again, or
 * with several in turn. There are no services to start; the variants that it runs on know where the server is.
 *
 * Whoever generates calls on another thread makes the same one from the same options.
 */

import { defineScenario, type Scenario, type ScenarioSpec } from './scenario.ts';

export interface ToolScenarioOptions {
  /** What its results are filed under. */
  readonly name: string;
  readonly tool: string;
  /** At least one set of arguments; used in turn. */
  readonly inputs: readonly object[];
  /** Text that every right reply contains. Default: any reply is right that is no error. */
  readonly expect?: string;
}

/** Name under which the callers of such a server are known to its operation. */
export const SERVER = 'server';

/** Makes it, and says how a worker can. */
export function toolScenario(options: ToolScenarioOptions): Scenario {
  return { ...defineScenario(scenario(options)), module: import.meta.url, options };
}

/** What {@link toolScenario} is made of. */
export function scenario({ name, tool, inputs, expect }: ToolScenarioOptions): ScenarioSpec {
  return {
    name,
    description: `the tool ${tool}, as its server's users call it`,
    services: {},
    cases: [
      {
        name: '',
        inputs: inputs.length,
        order: 'in-order',
        operations: [
          {
            name: tool,
            service: SERVER,
            tool,
            input: (_random, index) => inputs[index % inputs.length],
            check: (reply: unknown) => problemWithReply(reply, expect),
          },
        ],
      },
    ],
  };
}

/** What is wrong with a tool's result, apart from its saying so itself. */
function problemWithReply(reply: unknown, expect: string | undefined): string | undefined {
  const { content, structuredContent } = (reply ?? {}) as Record<string, unknown>;
  if (!Array.isArray(content) && structuredContent === undefined) {
    return `it is no tool result: it has neither content nor structuredContent`;
  }
  if (
    expect === undefined ||
    JSON.stringify(content ?? []).includes(JSON.stringify(expect).slice(1, -1))
  )
    return undefined;
  return `it does not contain '${expect}'`;
}
