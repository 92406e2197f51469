/*
 * Finding codes in a picture: the browser's own BarcodeDetector where it knows our formats, otherwise zxing as wasm from
 * our own server, loaded only when someone scans.
 *
 * Phones without Google services have a native detector that exists and never works: its first failure switches over.
 */

export const FORMATS = ['qr_code', 'ean_13', 'ean_8', 'code_128'];
const NEEDED = ['qr_code', 'ean_13', 'code_128'];

/** `{detect(source) → Promise<string[]>}`; `wasmUrl` is the address of zxing_reader.wasm on this origin. */
export async function loadDetector(wasmUrl) {
  let detector = (await nativeDetector()) ?? (await wasmDetector(wasmUrl));
  let mayFail = detector.constructor === globalThis.BarcodeDetector;
  return {
    async detect(source) {
      try {
        return values(await detector.detect(source));
      } catch (error) {
        if (!mayFail || error.name === 'InvalidStateError') throw error;
        mayFail = false;
        detector = await wasmDetector(wasmUrl);
        return values(await detector.detect(source));
      }
    },
  };
}

async function nativeDetector() {
  const Native = globalThis.BarcodeDetector;
  const known = (await Native?.getSupportedFormats?.().catch(() => [])) ?? [];
  return NEEDED.every((format) => known.includes(format)) ? new Native({ formats: formatsIn(known) }) : null;
}

function formatsIn(known) {
  return FORMATS.filter((format) => known.includes(format));
}

async function wasmDetector(wasmUrl) {
  const { BarcodeDetector, prepareZXingModule } = await import('barcode-detector/ponyfill');
  prepareZXingModule({
    overrides: { locateFile: (path, prefix) => (path.endsWith('.wasm') ? wasmUrl : prefix + path) },
  });
  return new BarcodeDetector({ formats: FORMATS });
}

function values(found) {
  return found.map((code) => code.rawValue).filter(Boolean);
}
