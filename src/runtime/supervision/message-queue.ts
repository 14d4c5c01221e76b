/**
 * One thing at a time, in order of arrival: the mailbox of a supervisor, as OTP's gen_server has it.
 * A message that comes while another is being handled waits, however long that takes.
 */

export class MessageQueue {
  #messages: (() => Promise<void>)[] = [];
  #isBusy = false;
  #isClosed = false;

  /** Handles a message after those before it. Its handler must not reject. */
  post(handle: () => Promise<void>): void {
    if (this.#isClosed) return;
    this.#messages.push(handle);
    if (!this.#isBusy) void this.#work();
  }

  /** Drops what waits and takes no more. */
  close(): void {
    this.#isClosed = true;
    this.#messages = [];
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#messages.length > 0) {
      const batch = this.#messages;
      this.#messages = [];
      for (const handle of batch) {
        if (this.#isClosed) break;
        await handle();
      }
    }
    this.#isBusy = false;
  }
}
