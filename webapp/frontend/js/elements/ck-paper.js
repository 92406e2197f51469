/*
 * <ck-paper width="58"><article class="receipt">…</article></ck-paper>
 *
 * Before printing, tells the browser a page as wide as the roll (millimetres) and exactly as long as what stands on it, so that a
 * thermal printer cuts after the last line. Without it the printer's own paper size counts, as set in its driver.
 */
const MM = 96 / 25.4; // CSS pixels
const MARGIN = 2; // mm around

class CkPaper extends HTMLElement {
  connectedCallback() {
    addEventListener('beforeprint', this);
  }

  disconnectedCallback() {
    removeEventListener('beforeprint', this);
  }

  handleEvent() {
    const width = Number(this.getAttribute('width'));
    const copy = this.firstElementChild.cloneNode(true);
    copy.style.cssText = `position:absolute;visibility:hidden;left:0;top:0;margin:0;padding:0;width:${width - 2 * MARGIN}mm;max-width:none`;
    document.body.append(copy);
    const length = Math.ceil(copy.offsetHeight / MM) + 2 * MARGIN + 2;
    copy.remove();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`@page { size: ${width}mm ${Math.max(length, width)}mm; margin: ${MARGIN}mm }`);
    document.adoptedStyleSheets = [sheet];
  }
}

customElements.define('ck-paper', CkPaper);
