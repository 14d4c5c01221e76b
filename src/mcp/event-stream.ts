/**
 * The data of server-sent events, from text as it comes in.
 *
 * As much of https://html.spec.whatwg.org/multipage/server-sent-events.html as MCP needs: an event may have several lines
 * of data, lines end in one of three ways, and names and ids are not looked at.
 */

export class EventStream {
  /** Of a line that has not ended. */
  #rest = '';
  /** Lines of the event that has not ended. */
  #lines: string[] = [];

  /** The data of the events that `text` completes. */
  push(text: string): string[] {
    // A carriage return at the end may be half of a line's end.
    const whole = this.#rest + text;
    const lines = whole.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    const events: string[] = [];
    for (const line of lines) {
      if (line.startsWith('data:')) this.#lines.push(line.slice(line.startsWith('data: ') ? 6 : 5));
      if (line !== '' || this.#lines.length === 0) continue;
      events.push(this.#lines.join('\n'));
      this.#lines = [];
    }
    return events;
  }
}
