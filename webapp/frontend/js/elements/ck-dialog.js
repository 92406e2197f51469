/*
 * <ck-dialog id="refund"><dialog class="dialog" role="alertdialog" aria-labelledby="…">…</dialog></ck-dialog>
 *
 * A question before something that cannot be undone. The button that does it stands in a form inside and carries the verb.
 * Attributes: id (an opener names it in data-opens), open (open it at once).
 * Inside: [data-closes] closes.
 * Events: ck:open, ck:close {value}.  Methods: show(), close(value).
 */
import { Modal } from '../lib/modal.js';

customElements.define('ck-dialog', class extends Modal {});
