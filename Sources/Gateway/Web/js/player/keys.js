// Opens encrypted films: whole segments with Web Cryptography, samples with the browser's own ClearKey.
// Both need a secure context: https, or this very machine.

/** Decrypts segments of METHOD=AES-128; each key is fetched once. */
export class SegmentKeys {
  #keys = new Map();
  #fetchBytes;

  constructor(fetchBytes) {
    this.#fetchBytes = fetchBytes;
  }

  async open(bytes, key) {
    if (key?.method !== "AES-128") return bytes;
    if (!this.#keys.has(key.url)) this.#keys.set(key.url, this.#load(key.url));
    return crypto.subtle.decrypt({ name: "AES-CBC", iv: fromHex(key.vector) }, await this.#keys.get(key.url), bytes);
  }

  async #load(url) {
    return crypto.subtle.importKey("raw", await this.#fetchBytes(url), "AES-CBC", false, ["decrypt"]);
  }
}

const releases = new WeakMap(); // Of a video element, until its keys are gone: only then may it be given others.

export function releaseKeys(video) {
  if (video.mediaKeys) releases.set(video, video.setMediaKeys(null).catch(() => {}));
}

/** Has the browser decrypt what `video` plays, with keys that it asks of `encryption.licence`. */
export async function useClearKey(video, encryption, codecs, signal, onProblem) {
  const robust = (kind, codec) => (codec ? [{ contentType: `${kind}/mp4; codecs="${codec}"`, encryptionScheme: "cbcs" }] : []);
  const [picture, sound] = codecs;
  const access = await navigator.requestMediaKeySystemAccess(encryption.keySystem, [{
    initDataTypes: ["cenc"], videoCapabilities: robust("video", picture), audioCapabilities: robust("audio", sound),
  }]);
  const keys = await access.createMediaKeys();
  await releases.get(video);
  signal.throwIfAborted();
  await video.setMediaKeys(keys);
  let isAsked = false; // One key opens every track.
  video.addEventListener("encrypted", async ({ initDataType, initData }) => {
    if (isAsked) return;
    isAsked = true;
    try {
      const session = keys.createSession();
      session.addEventListener("message", async ({ message }) => {
        try {
          await session.update(await licence(encryption.licence, message, signal));
        } catch (failure) {
          if (failure.name !== "AbortError") onProblem(failure.message);
        }
      }, { signal });
      await session.generateRequest(initDataType, initData);
    } catch (failure) {
      onProblem(failure.message);
    }
  }, { signal });
}

async function licence(address, request, signal) {
  const answer = await fetch(address, {
    method: "POST", body: request, headers: { "content-type": "application/json" }, signal,
  });
  if (!answer.ok) throw new Error(`The film's key was refused (${answer.status}).`);
  return answer.arrayBuffer();
}

function fromHex(text) {
  const digits = text.replace(/^0x/i, "").padStart(32, "0");
  return Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
}
