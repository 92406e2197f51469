/* The phone shakes. Before the first tap on a page (one that a shortcut opened) browsers refuse, and complain. */
export function buzz(pattern) {
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(pattern);
}
