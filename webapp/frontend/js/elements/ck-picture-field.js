/*
 * <ck-picture-field most="8000000" data-too-large="…">: choosing a picture, seen at once.
 *
 * Attributes
 *   most            bytes that the server takes; a larger photo is made smaller here first (2000 pixels, JPEG)
 *   data-too-large  what to say when even that did not help
 *
 * Expected inside
 *   input[type=file]                   the picture; radios of the same group stay for the ready-made ones
 *   [data-preview] (hidden)            a tile around <img> that shows the file, and the radio that belongs to it, if any
 *   [data-trouble] (hidden, role=alert)
 */
const SIDE = 2000;

class PictureField extends HTMLElement {
  #heard = null;
  #shown = '';

  connectedCallback() {
    this.#heard = new AbortController();
    this.addEventListener('change', ({ target }) => this.#changed(target), { signal: this.#heard.signal });
  }

  disconnectedCallback() {
    this.#heard?.abort();
    URL.revokeObjectURL(this.#shown);
  }

  get #file() {
    return this.querySelector('input[type="file"]');
  }

  #changed(field) {
    if (field === this.#file) this.#take(field);
    else if (field.type === 'radio' && !field.closest('[data-preview]')) this.#forget();
  }

  async #take(field) {
    const [file] = field.files;
    if (!file) return this.#forget();
    const small = file.size > Number(this.getAttribute('most')) ? await smaller(file).catch(() => null) : file;
    this.#trouble(small ? '' : this.dataset.tooLarge);
    if (!small) return this.#forget();
    if (small !== file) put(field, small);
    return this.#show(small);
  }

  #show(file) {
    URL.revokeObjectURL(this.#shown);
    this.#shown = URL.createObjectURL(file);
    const tile = this.querySelector('[data-preview]');
    tile.querySelector('img').src = this.#shown;
    tile.hidden = false;
    const radio = tile.querySelector('input[type="radio"]');
    if (radio) radio.checked = true;
  }

  #forget() {
    this.#file.value = '';
    this.querySelector('[data-preview]').hidden = true;
  }

  #trouble(words) {
    const place = this.querySelector('[data-trouble]');
    place.textContent = words;
    place.hidden = !words;
  }
}

async function smaller(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = Object.assign(document.createElement('canvas'), { width: picture.width * scale, height: picture.height * scale });
  canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.88));
  return new File([blob], 'photo.jpg', { type: 'image/jpeg' });
}

function put(field, file) {
  const files = new DataTransfer();
  files.items.add(file);
  field.files = files.files;
}

customElements.define('ck-picture-field', PictureField);
