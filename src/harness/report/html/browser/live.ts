/** A page of `toolrig ui` comes anew when the server says that something has changed. */

const RETRY_MS = 2_000;

/**
 * Asks the address in `data-live` for the version of what is shown, which the server answers when it is another one,
 * or after a while. Keeps to itself on a page from a file.
 */
export function startLive(): void {
  const place = document.querySelector<HTMLElement>('[data-live]');
  const address = place?.dataset['live'];
  if (place === null || address === undefined) return;
  void follow(place, address);
}

async function follow(place: HTMLElement, address: string): Promise<void> {
  let version = place.dataset['version'] ?? '';
  for (;;) {
    try {
      const answer = await fetch(`${address}?version=${encodeURIComponent(version)}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const now = (await answer.json()) as { version: string; html: string };
      if (now.version !== version) {
        version = now.version;
        replace(place, now.html);
      }
      document.documentElement.dataset['connection'] = 'open';
    } catch {
      document.documentElement.dataset['connection'] = 'lost';
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** The server has escaped it, and the page's policy runs no script within it. What has the focus keeps it. */
function replace(place: HTMLElement, markup: string): void {
  const focused = document.activeElement?.id;
  const chosen = new Set(
    [...place.querySelectorAll<HTMLInputElement>('input:checked')].map(({ id }) => id),
  );
  place.innerHTML = markup;
  for (const input of place.querySelectorAll<HTMLInputElement>('input')) {
    if (chosen.has(input.id)) input.checked = true;
  }
  if (focused !== undefined && focused !== '') document.getElementById(focused)?.focus();
}
