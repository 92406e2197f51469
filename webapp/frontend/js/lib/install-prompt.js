/* Chrome offers installing once, early: the offer is kept until the moment that means something to the person. */

let offer = null;
let listening = false;
export const installPrompt = new EventTarget();

export function keepInstallPrompt() {
  if (listening) return;
  listening = true;
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    setOffer(event);
  });
  addEventListener('appinstalled', () => setOffer(null));
}

export function hasInstallPrompt() {
  return Boolean(offer);
}

/** Show the browser's own dialog. Resolves to true when the person installed. */
export async function showInstallPrompt() {
  if (!offer) return false;
  const { prompt, userChoice } = { prompt: offer.prompt.bind(offer), userChoice: offer.userChoice };
  setOffer(null);
  await prompt();
  return (await userChoice).outcome === 'accepted';
}

function setOffer(event) {
  offer = event;
  installPrompt.dispatchEvent(new Event('change'));
}
