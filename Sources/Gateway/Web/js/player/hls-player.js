// Plays Matinee's HLS (CMAF) through Media Source Extensions, for browsers that do not play HLS themselves.
// One track each of picture and sound; the rendition follows the throughput seen.

import { SegmentKeys, releaseKeys, useClearKey } from "./keys.js";
import * as playlist from "./playlist.js";

const ahead = 20; // Seconds kept buffered ahead of the viewer.
const behind = 30; // Seconds kept behind.

export class HLSPlayer {
  #video;
  #address;
  #encryption;
  #onProblem;
  #keys = new SegmentKeys(async (url) => (await this.#fetch(url)).arrayBuffer());
  #audio;
  #abort = new AbortController();
  #tracks = [];
  #throughput = 1_500_000; // Bits a second; a guess until the first segment has been fetched.

  /** `audio` is the name of the track of sound to play; null plays the one the film begins with. */
  constructor(video, opened, onProblem, audio = null) {
    this.#video = video;
    this.#address = new URL(opened.manifests.hls, location.href).href;
    this.#encryption = opened.encryption;
    this.#onProblem = onProblem;
    this.#audio = audio;
  }

  async start(at) {
    try {
      const { variants, audio } = playlist.master(await this.#text(this.#address), this.#address);
      const playable = oneFormat(variants);
      if (!playable.length) throw new Error("This browser plays none of the film's formats.");
      if (this.#encryption?.keySystem) {
        const codecs = split(playable[0].codecs);
        await useClearKey(this.#video, this.#encryption, codecs, this.#abort.signal, this.#onProblem);
      }
      const source = new MediaSource();
      this.#video.src = URL.createObjectURL(source);
      await event(source, "sourceopen", this.#abort.signal);
      const [picture, sound] = split(playable[0].codecs);
      this.#tracks.push(new Track(source.addSourceBuffer(mime("video", picture)), playable));
      const group = audio.filter((one) => one.group === playable[0].audio);
      const rendition = group.find((one) => one.name === this.#audio) ?? group.find((one) => one.isDefault) ?? group[0];
      if (rendition && sound) {
        this.#tracks.push(new Track(source.addSourceBuffer(mime("audio", sound)), [{ bandwidth: 0, url: rendition.url }]));
      }
      const lists = await Promise.all(this.#tracks.map((track) => this.#list(track, 0)));
      source.duration = Math.max(...lists.map((list) => list.duration));
      await Promise.all(this.#tracks.map((track) => this.#fill(track, at, source)));
    } catch (failure) {
      if (failure.name !== "AbortError") this.#onProblem(failure.message);
    }
  }

  stop() {
    this.#abort.abort();
    this.#video.removeAttribute("src");
    this.#video.load();
    releaseKeys(this.#video);
  }

  // Fetches what the viewer needs next, after a seek from there on, until the player is stopped.
  async #fill(track, at, source) {
    for (;;) {
      const time = this.#video.readyState ? this.#video.currentTime : at;
      const end = track.bufferedEnd(time);
      const level = this.#level(track);
      const list = await this.#list(track, level);
      const segment = list.segments.find((one) => one.start + one.duration > end + 0.05);
      track.isComplete = !segment && list.isComplete;
      this.#lengthen(source, list.duration);
      // Without this the film would wait at its end for more. Appending after a seek opens the source again.
      if (source.readyState === "open" && this.#tracks.every((one) => one.isComplete && !one.buffer.updating)) source.endOfStream();
      if (!segment || end - time > ahead) {
        await wait(this.#video, 500, this.#abort.signal);
        continue;
      }
      if (track.level !== level) {
        await track.append(await this.#bytes(list.init), this.#abort.signal);
        track.level = level;
      }
      await track.append(await this.#bytes(segment, true), this.#abort.signal);
      await track.evict(time - behind, this.#abort.signal);
    }
  }

  #level(track) {
    const affordable = track.levels.filter((level) => level.bandwidth < this.#throughput * 0.7).length;
    return Math.max(0, affordable - 1);
  }

  async #list(track, level) {
    const known = track.lists[level];
    if (known && (known.isComplete || performance.now() < known.staleAt)) return known;
    const list = playlist.media(await this.#text(track.levels[level].url), track.levels[level].url);
    // A film that is still being encoded: asked for again after one segment, or half of one while nothing has come
    // (RFC 8216 section 6.3.4).
    const isSame = known?.segments.length === list.segments.length;
    list.staleAt = performance.now() + list.targetDuration * (isSame ? 500 : 1000);
    track.lists[level] = list;
    return list;
  }

  // The film's length as far as it is known; it may only be set while nothing is being appended.
  #lengthen(source, duration) {
    if (source.readyState !== "open" || !(duration > source.duration)) return;
    if (this.#tracks.every((one) => !one.buffer.updating)) source.duration = duration;
  }

  async #text(url) { return (await this.#fetch(url)).text(); }

  async #bytes({ url, range, key }, isMeasured = false) {
    const begun = performance.now();
    const bytes = await (await this.#fetch(url, range)).arrayBuffer();
    const seconds = (performance.now() - begun) / 1000;
    if (isMeasured && bytes.byteLength > 20_000) {
      this.#throughput = 0.7 * this.#throughput + 0.3 * (8 * bytes.byteLength / Math.max(seconds, 0.001));
    }
    return this.#keys.open(bytes, key);
  }

  async #fetch(url, range) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const response = await fetch(url, {
          signal: this.#abort.signal, headers: range ? { Range: `bytes=${range.start}-${range.end}` } : {},
        });
        if (response.ok) return response;
        if (response.status < 500) throw new Error(`The stream answered ${response.status}.`);
        throw new TypeError("upstream");
      } catch (failure) {
        // Faults of the network pass; refusals do not.
        if (!(failure instanceof TypeError) || attempt === 4) throw failure;
        await wait(null, 300 * 2 ** attempt, this.#abort.signal);
      }
    }
  }
}

class Track {
  level = null;
  isComplete = false;
  lists = [];

  constructor(buffer, levels) {
    this.buffer = buffer;
    this.levels = levels;
  }

  bufferedEnd(time) {
    const ranges = this.buffer.buffered;
    for (let index = 0; index < ranges.length; index += 1) {
      if (ranges.start(index) <= time + 0.2 && time < ranges.end(index)) return ranges.end(index);
    }
    return time;
  }

  async append(bytes, signal) {
    this.buffer.appendBuffer(bytes);
    await event(this.buffer, "updateend", signal);
  }

  async evict(before, signal) {
    if (before <= 0 || !this.buffer.buffered.length || this.buffer.buffered.start(0) >= before - 10) return;
    this.buffer.remove(0, before);
    await event(this.buffer, "updateend", signal);
  }
}

const mime = (kind, codecs) => `${kind}/mp4; codecs="${codecs}"`;

/** The variants of one codec of pictures and one of sound, both played here: a buffer takes no other once it has begun. */
function oneFormat(variants) {
  const isPlayed = ({ codecs }) => {
    const [picture, sound] = split(codecs);
    return MediaSource.isTypeSupported(mime("video", picture)) && (!sound || MediaSource.isTypeSupported(mime("audio", sound)));
  };
  const played = variants.filter(isPlayed);
  const first = played.find((variant) => variant.codecs.startsWith("avc1")) ?? played[0];
  return played.filter((variant) => variant.audio === first.audio && variant.codecs.slice(0, 4) === first.codecs.slice(0, 4));
}

function split(codecs) {
  const all = codecs.split(",").map((codec) => codec.trim());
  const isSound = (codec) => /^(mp4a|opus|ac-3|ec-3)/.test(codec);
  return [all.find((codec) => !isSound(codec)), all.find(isSound)];
}

function event(target, name, signal) {
  return settled(signal, (resolve, listeners) => target.addEventListener(name, resolve, { once: true, signal: listeners }));
}

/** Some milliseconds, or less when the viewer seeks. */
function wait(video, milliseconds, signal) {
  return settled(signal, (resolve, listeners) => {
    const timer = setTimeout(resolve, milliseconds);
    listeners.addEventListener("abort", () => clearTimeout(timer));
    video?.addEventListener("seeking", resolve, { signal: listeners });
  });
}

/** A promise that `signal` rejects, and that leaves no listener behind. */
function settled(signal, begin) {
  const listeners = new AbortController();
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason), { signal: listeners.signal });
    begin(resolve, listeners.signal);
  }).finally(() => listeners.abort());
}
