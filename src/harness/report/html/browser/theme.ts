/** Light or dark: what the system says, until the reader presses the button. */

type Theme = 'light' | 'dark';

const KEY = 'toolrig-theme';

/** Sets the theme chosen before, and lets the button in the bar change it. */
export function startTheme(onChange: () => void): void {
  const button = document.querySelector<HTMLButtonElement>('button.theme');
  const system = matchMedia('(prefers-color-scheme: dark)');
  const remembered = recall();
  if (remembered !== null) setTheme(remembered);
  const show = () => {
    if (button !== null)
      button.textContent = shownTheme() === 'dark' ? 'Light theme' : 'Dark theme';
    onChange();
  };
  system.addEventListener('change', show);
  if (button === null) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    const chosen: Theme = shownTheme() === 'dark' ? 'light' : 'dark';
    setTheme(chosen);
    remember(chosen);
    show();
  });
  show();
}

/** The theme for the time of `print`: paper is light. */
export function onPaper(before: () => void, after: () => void): void {
  let shown: string | undefined;
  addEventListener('beforeprint', () => {
    shown = document.documentElement.dataset['theme'];
    setTheme('light');
    before();
  });
  addEventListener('afterprint', () => {
    if (shown === undefined) delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = shown;
    after();
  });
}

function shownTheme(): Theme {
  const chosen = document.documentElement.dataset['theme'];
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function setTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

/** A page from a file may have no storage: then the choice lasts as long as the page. */
function recall(): Theme | null {
  try {
    const found = localStorage.getItem(KEY);
    return found === 'dark' || found === 'light' ? found : null;
  } catch {
    return null;
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // As above.
  }
}
