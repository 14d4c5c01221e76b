export interface ServeFlags {
  readonly config?: string;
  readonly port?: number;
}
export async function serve(_flags: ServeFlags): Promise<void> {}
