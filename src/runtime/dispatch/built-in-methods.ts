/** The methods that every service answers by itself, whatever it defines. */

import type { Endpoint, ServiceDefinition } from './service-definition.ts';
import type { ServiceStats } from './service-reference.ts';

/** The built-in methods by name; they take their turn in the mailbox like any other request. */
export function builtInMethods(
  {
    toolDescriptors,
    promptDescriptors,
  }: Pick<ServiceDefinition, 'toolDescriptors' | 'promptDescriptors'>,
  stats: () => ServiceStats,
): [string, Endpoint][] {
  // A reply belongs to its caller, so each gets a list of its own; what is in it is frozen.
  const listTools = () => ({ tools: [...toolDescriptors] });
  const methods: [string, () => unknown][] = [
    ['list_tools', listTools],
    ['tools/list', listTools],
    ['ping', () => ({})],
    ['get_stats', stats],
  ];
  if (promptDescriptors.length > 0) {
    methods.push(['prompts/list', () => ({ prompts: [...promptDescriptors] })]);
  }
  return methods.map(([name, invoke]) => [
    name,
    { invoke, input: undefined, output: undefined, isTool: false },
  ]);
}
