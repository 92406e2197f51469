/*
 * The camera at the back of the phone, shown in a <video>, with its light.
 *
 * Errors are named for words: "insecure", "denied", "missing", "taken"; and "closed" when close() came while it opened.
 */

const WISH = {
  audio: false,
  video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
};

export class CameraError extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export class Camera {
  #stream = null;
  #turn = 0;

  constructor(video) {
    this.video = video;
  }

  get isOpen() {
    return Boolean(this.#stream?.active);
  }

  /** Show the camera. Throws CameraError. */
  async open() {
    if (!globalThis.isSecureContext || !navigator.mediaDevices) throw new CameraError('insecure');
    this.close();
    const turn = this.#turn;
    const stream = await navigator.mediaDevices.getUserMedia(WISH).catch((error) => {
      throw new CameraError(reasonOf(error));
    });
    if (turn !== this.#turn) {
      stop(stream);
      throw new CameraError('closed');
    }
    this.#stream = stream;
    this.video.srcObject = stream;
    await this.video.play().catch(() => {});
    this.#keepFocus();
  }

  close() {
    this.#turn += 1;
    if (this.#stream) stop(this.#stream);
    this.#stream = null;
    this.video.srcObject = null;
  }

  get hasTorch() {
    return Boolean(this.#track?.getCapabilities?.().torch);
  }

  async torch(on) {
    await this.#track?.applyConstraints({ advanced: [{ torch: on }] });
  }

  get #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  #keepFocus() {
    if (!this.#track?.getCapabilities?.().focusMode?.includes('continuous')) return;
    this.#track.applyConstraints({ advanced: [{ focusMode: 'continuous' }] }).catch(() => {});
  }
}

function stop(stream) {
  stream.getTracks().forEach((track) => track.stop());
}

function reasonOf(error) {
  const reasons = {
    NotAllowedError: 'denied',
    SecurityError: 'denied',
    NotFoundError: 'missing',
    OverconstrainedError: 'missing',
    NotReadableError: 'taken',
    AbortError: 'taken',
  };
  return reasons[error.name] ?? 'missing';
}
