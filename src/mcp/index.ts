/** The protocol's side: native services behind the official MCP SDK, in this process or another. */

export type { Caller } from './caller.ts';
export type {
  ChildConfig,
  ChildMode,
  ChildServiceSpec,
  ChildUsage,
} from './child-config.ts';
export { ChildHost, type ChildHostOptions } from './child-host.ts';
export { CommandHost } from './command-host.ts';
export { connectHttp, connectHttpUrl, connectStdio, httpUrl } from './connect-child.ts';
export { HttpCaller } from './http-caller.ts';
export { fromJsonReply, toJsonForm } from './json-form.ts';
export { linkInMemory } from './link-in-memory.ts';
export {
  type HttpReply,
  type HttpSession,
  nativeReply,
  openHttpSession,
  parseHttpReply,
  requestBody,
} from './raw-http.ts';
export { SdkCaller, type SdkCallerOptions } from './sdk-caller.ts';
export { createSdkServer, type SdkServerOptions } from './sdk-server.ts';
export { misfitOf, requireTool } from './tool-listing.ts';
