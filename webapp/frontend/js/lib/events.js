/* Words between elements: the one place that says how our DOM events look. */

/** Tell the page something; it bubbles, so any ancestor may listen. */
export function tell(target, name, detail = {}) {
  return target.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, cancelable: true, detail }));
}

/** Show a short message for five seconds; `undo` is `{label, url}` for a button that posts there. */
export function toast(text, { undo } = {}) {
  tell(document.body, 'ck:toast', { text, undo });
}
