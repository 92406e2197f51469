/*
 * <ck-theme>radios name="theme" (auto | light | dark) and a checkbox name="large"</ck-theme>
 *
 * How this device shows the app: kept on the device (localStorage ck-theme, ck-size), never sent anywhere. The script in the
 * head of layouts/base.html reads it before the first paint.
 */
const root = document.documentElement;

class CkTheme extends HTMLElement {
  connectedCallback() {
    const theme = this.querySelector(`[name="theme"][value="${read('ck-theme') || 'auto'}"]`);
    if (theme) theme.checked = true;
    const large = this.querySelector('[name="large"]');
    if (large) large.checked = read('ck-size') === 'large';
    this.addEventListener('change', choose);
  }

  disconnectedCallback() {
    this.removeEventListener('change', choose);
  }
}

function choose({ target }) {
  if (target.name === 'theme') keep('ck-theme', 'theme', target.value === 'auto' ? '' : target.value);
  if (target.name === 'large') keep('ck-size', 'size', target.checked ? 'large' : '');
}

function keep(name, attribute, value) {
  if (value) root.dataset[attribute] = value;
  else delete root.dataset[attribute];
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch { /* no storage in this browser: it lasts for this page */ }
}

function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

customElements.define('ck-theme', CkTheme);
