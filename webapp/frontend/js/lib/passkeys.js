/*
 * The two ceremonies of a passkey between our server's JSON and the browser's bytes.
 *
 * `create(options)` and `get(options, {signal, mediation})` take what the server asks and give what it reads, as JSON.
 * Conversions are our own: `toJSON` is missing in browsers of two years ago.
 */
const { PublicKeyCredential: Kind } = globalThis;

export const can = () => Boolean(Kind && navigator.credentials);

/** Whether passkeys can stand among the suggestions of a text field. */
export const canSuggest = async () => Boolean(await Kind?.isConditionalMediationAvailable?.());

export async function create(options) {
  const { challenge, user, excludeCredentials = [] } = options;
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(challenge),
      user: { ...user, id: bytes(user.id) },
      excludeCredentials: excludeCredentials.map((each) => ({ ...each, id: bytes(each.id) })),
    },
  });
  const { clientDataJSON, attestationObject } = made.response;
  const transports = made.response.getTransports?.() ?? [];
  return written(made, { clientDataJSON: text(clientDataJSON), attestationObject: text(attestationObject), transports });
}

export async function get(options, { signal, mediation } = {}) {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: [] };
  const found = await navigator.credentials.get({ publicKey, signal, mediation });
  const { clientDataJSON, authenticatorData, signature, userHandle } = found.response;
  return written(found, {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : null,
  });
}

const written = ({ id, rawId, type }, response) => ({ id, rawId: text(rawId), type, response });

function bytes(base64url) {
  const plain = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
