/**
 * Patterns of names in a policy: a name as it is, or with `*` for any run of characters, none
 * included. Nothing else is special; case counts.
 *
 * The globs of picomatch are for paths: there `*` stops at a slash, and method names are full of
 * them. This matcher keeps one place to go back to, so a hostile name costs at most the product of
 * the two lengths, never the explosion of a regular expression.
 */

/** Whether `name` is what `pattern` describes. */
export function matchesPattern(pattern: string, name: string): boolean {
  let at = 0;
  let wanted = 0;
  let star = -1; // the last star in the pattern, and where in the name its run ends
  let starEnd = 0;
  while (at < name.length) {
    // A star in the pattern is never a character, whatever the name has there.
    if (pattern[wanted] === '*') {
      star = wanted++;
      starEnd = at;
    } else if (pattern[wanted] === name[at]) {
      wanted++;
      at++;
    } else if (star >= 0) {
      wanted = star + 1;
      at = ++starEnd;
    } else {
      return false;
    }
  }
  while (pattern[wanted] === '*') wanted++;
  return wanted === pattern.length;
}

/** Whether any of `patterns` describes `name`. */
export function matchesAny(patterns: readonly string[], name: string): boolean {
  for (const pattern of patterns) if (matchesPattern(pattern, name)) return true;
  return false;
}
