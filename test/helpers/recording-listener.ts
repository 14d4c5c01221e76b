/** A link's listener that keeps what it hears. */

import type { LinkListener } from '../../src/runtime/scheduler/link.ts';

/** A frame as it was heard. */
export interface HeardFrame {
  readonly kind: number;
  readonly id: number;
  readonly route: number;
  readonly value: unknown;
}

export class RecordingListener implements LinkListener {
  readonly frames: HeardFrame[] = [];
  readonly closings: unknown[] = [];
  /** Called after each event, with how many frames there are. */
  onEvent: (frameCount: number) => void = () => {};

  onFrame(kind: number, id: number, route: number, value: unknown): void {
    this.frames.push({ kind, id, route, value });
    this.onEvent(this.frames.length);
  }

  onClose(reason: unknown): void {
    this.closings.push(reason);
    this.onEvent(this.frames.length);
  }

  /** Resolves once `isThere` says so, which is asked after each event. */
  async until(isThere: () => boolean): Promise<void> {
    if (isThere()) return;
    await new Promise<void>((resolve) => {
      this.onEvent = () => {
        if (isThere()) resolve();
      };
    });
  }
}
