/** Secrets: what may be one, and where none may stand. */

import { z } from 'zod';
import { marked } from './marks.ts';

/** What is shown in the place of a secret. */
export const REDACTED = '[redacted]';

const MIN_SECRET_LENGTH = 16;

/** What people leave in a file that they copied: words for "put it here", and shell leftovers. */
const PLACEHOLDER =
  /change[-_ ]?(me|it|this)|placeholder|example|replace[-_ ]?(me|this|with)|your[-_ ]|[-_]here$|insert[-_ ]|todo|^(secret|password|passw(or)?d|token|test|default|admin|x+|\*+|\.+|0+)[-_\d]*$|^<.*>$|^\$[{(]|^\{\{/i;

const SECRET_KEY =
  /(^|[-_.])(password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|credentials?)s?$/i;

/** Whether a text stands where a secret should be put. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text.trim());
}

/** Whether a key is named as secrets are: `apiKey`, `db_password`, `token`. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key.replaceAll(/([a-z\d])([A-Z])/g, '$1-$2'));
}

/** A secret of at least 16 characters that is no placeholder. */
export function secretSchema() {
  return marked(
    'secret',
    z
      .string()
      .min(MIN_SECRET_LENGTH, { error: `must have at least ${MIN_SECRET_LENGTH} characters` })
      .refine((text) => !isPlaceholder(text), {
        error: 'is a placeholder: set a secret of your own',
      }),
  );
}
