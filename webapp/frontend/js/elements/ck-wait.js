/*
 * <ck-wait seconds="60"><button type="submit">再发一次</button></ck-wait>
 *
 * The button can be tapped only after so many seconds, and says how many are left. Without script it can be tapped at once, and the
 * server says how long to wait.
 */
class CkWait extends HTMLElement {
  #timer;

  connectedCallback() {
    const button = this.querySelector('button');
    const words = button.textContent;
    const until = Date.now() + Number(this.getAttribute('seconds')) * 1000;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      button.textContent = left > 0 ? `${words} (${left})` : words;
      if (left <= 0) clearInterval(this.#timer);
    };
    this.#timer = setInterval(tick, 500);
    tick();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }
}

customElements.define('ck-wait', CkWait);
