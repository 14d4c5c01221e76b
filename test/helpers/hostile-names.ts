/** Names that try to become something else in a terminal, a Markdown page or a spreadsheet. */

export const HOSTILE_NAMES: readonly string[] = [
  '\u001b[2J\u001b[31mred',
  'two\nlines\r\n| and | cells |',
  '<img src=x onerror=alert(1)>',
  '![image](https://example.com/x.png)',
  '[link](javascript:alert(1))',
  'https://example.com www.example.com',
  '`code` **bold** _it_ ~gone~',
  '=HYPERLINK("https://example.com")',
  '+1+1',
  '@SUM(A1)',
  '-2+3',
  'comma, "quote"',
  '\u202eesrever \u2066x\u2069',
  '\ud800 alone',
  'x'.repeat(500),
  '```',
  '',
];
