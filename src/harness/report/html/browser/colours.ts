/** The style sheet's colours as a canvas takes them: looked up when drawn, since the theme may change. */

let probe: HTMLElement | undefined;
const known = new Map<string, string>();

/** The colour that a custom property of the style sheet has now, such as `--ink`. */
export function colourOf(property: string): string {
  const found = known.get(property);
  if (found !== undefined) return found;
  probe ??= document.body.appendChild(document.createElement('i'));
  probe.hidden = true;
  probe.style.color = `var(${property})`;
  const { color } = getComputedStyle(probe);
  known.set(property, color);
  return color;
}

/** The same with less of it: for the band around a line. */
export function faint(colour: string, share: number): string {
  return colour.replace(
    /^rgb\((.+)\)$/,
    (_, parts: string) => `rgb(${parts.split(',').join(' ')} / ${share})`,
  );
}

/** To be called when the theme has changed. */
export function forgetColours(): void {
  known.clear();
}
