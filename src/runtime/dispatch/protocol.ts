/**
 * The shapes of MCP that services produce, as plain types. They follow the specification's
 * names; where MCP has base64 text because JSON has no bytes, the native shape has a
 * `Uint8Array`, and `src/mcp/` converts at the edge.
 */

export interface TextContent {
  readonly type: 'text';
  readonly text: string;
}

export interface BinaryContent {
  readonly type: 'image' | 'audio';
  readonly data: Uint8Array;
  readonly mimeType: string;
}

/** What a resource holds: text or bytes. */
export type ResourceContents =
  | { readonly uri: string; readonly mimeType?: string; readonly text: string }
  | { readonly uri: string; readonly mimeType?: string; readonly blob: Uint8Array };

export interface EmbeddedResource {
  readonly type: 'resource';
  readonly resource: ResourceContents;
}

export interface ResourceLink {
  readonly type: 'resource_link';
  readonly uri: string;
  readonly name: string;
  readonly mimeType?: string;
}

export type Content = TextContent | BinaryContent | EmbeddedResource | ResourceLink;

/** The reply to `tools/call`. */
export interface ToolResult {
  readonly content: readonly Content[];
  /** The same result for programs; must fit the tool's output schema when it has one. */
  readonly structuredContent?: object;
  /** The tool could not do what was asked; `content` says why. */
  readonly isError?: boolean;
  readonly _meta?: object;
}

/** Hints of the specification about what a tool does. */
export interface ToolAnnotations {
  readonly title?: string;
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** One entry of `tools/list`. */
export interface ToolDescriptor {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
  readonly outputSchema?: object;
  readonly annotations?: ToolAnnotations;
}

/** One entry of `resources/list`. */
export interface ResourceDescriptor {
  readonly uri: string;
  readonly name: string;
  readonly description?: string;
  readonly mimeType?: string;
  /** Size in bytes. */
  readonly size?: number;
}

/** One entry of `prompts/list`. */
export interface PromptDescriptor {
  readonly name: string;
  readonly description?: string;
  readonly arguments?: readonly PromptArgument[];
}

export interface PromptArgument {
  readonly name: string;
  readonly description?: string;
  /** Default: false. */
  readonly required?: boolean;
}

/** The reply to `prompts/get`. */
export interface PromptResult {
  readonly description?: string;
  readonly messages: readonly {
    readonly role: 'user' | 'assistant';
    readonly content: Content;
  }[];
}
