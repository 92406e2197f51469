/*
 * <ck-colour src="/brand/preview.json">fields and previews</ck-colour>
 *
 * Shows at once what becomes of the shop's colour: the server derives it (webapp/web/brand.py), so the preview is the truth.
 *
 * Attributes
 *   src      answers ?colour=%23rrggbb with {light: {name: value}, dark: {…}, changed}
 *
 * Expected inside
 *   [name="colour"]              radios with #rrggbb, one with the value "own"; or one field of its own
 *   [name="own_colour"]          input type=color; using it chooses "own"
 *   [data-preview="light|dark"]  gets the colours as custom properties; starts with `hidden`
 *   [data-changed]               shown when the colour had to be made darker; starts with `hidden`
 */
class CkColour extends HTMLElement {
  #asked = 0;

  connectedCallback() {
    this.addEventListener('input', this.#changed);
    this.#show();
  }

  disconnectedCallback() {
    this.removeEventListener('input', this.#changed);
  }

  #changed = ({ target }) => {
    const own = this.querySelector('[name="colour"][value="own"]');
    if (target.name === 'own_colour' && own) own.checked = true;
    this.#show();
  };

  get #colour() {
    const field = this.querySelector('[name="colour"]:checked') ?? this.querySelector('[name="colour"]:not([type=radio])');
    return field?.value === 'own' ? this.querySelector('[name="own_colour"]').value : field?.value;
  }

  async #show() {
    const colour = this.#colour;
    if (!/^#[0-9a-f]{6}$/i.test(colour ?? '')) return;
    const asked = ++this.#asked;
    const answer = await fetch(`${this.getAttribute('src')}?colour=${encodeURIComponent(colour)}`).catch(() => null);
    if (!answer?.ok || asked !== this.#asked) return;
    this.#paint(await answer.json());
  }

  #paint(theme) {
    for (const preview of this.querySelectorAll('[data-preview]')) {
      for (const [name, value] of Object.entries(theme[preview.dataset.preview])) preview.style.setProperty(name, value);
      preview.hidden = false;
    }
    const hint = this.querySelector('[data-changed]');
    if (hint) hint.hidden = !theme.changed;
  }
}

customElements.define('ck-colour', CkColour);
