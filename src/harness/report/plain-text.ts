/**
 * Makes text from outside (names, messages, command lines) safe to print: a scenario's name must
 * not be able to move the cursor, break a table or reverse the reading direction.
 */

/** `text` with each control, format and line-breaking character replaced by `�`, cut to `maxLength`. */
export function inertText(text: string, maxLength = 200): string {
  const inert = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '�');
  // Half of a character would be an error to who reads it as UTF-8 or as JSON.
  return inert.length <= maxLength
    ? inert
    : `${inert.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Breaks `text` at spaces into lines of at most `width`; later lines are indented by `indent`. */
export function wrapText(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${indent}${word}`;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join('\n');
}
