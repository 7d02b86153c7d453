// Reading HLS playlists (RFC 8216), as far as the streams Matinee makes need it.

export function attributes(text) {
  const found = {};
  for (const [, name, quoted, plain] of text.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^,]*))/g)) found[name] = quoted ?? plain;
  return found;
}

/** A master playlist's variants, lowest bandwidth first, and its audio renditions. */
export function master(text, base) {
  const lines = text.split(/\r?\n/);
  const variants = [];
  const audio = [];
  lines.forEach((line, index) => {
    if (line.startsWith("#EXT-X-STREAM-INF:")) {
      const a = attributes(line.slice(18));
      variants.push({ bandwidth: Number(a.BANDWIDTH), codecs: a.CODECS ?? "", audio: a.AUDIO, url: new URL(lines[index + 1], base).href });
    } else if (line.startsWith("#EXT-X-MEDIA:")) {
      const a = attributes(line.slice(13));
      if (a.TYPE === "AUDIO" && a.URI) audio.push({ group: a["GROUP-ID"], isDefault: a.DEFAULT === "YES", name: a.NAME, language: a.LANGUAGE ?? null, url: new URL(a.URI, base).href });
    }
  });
  return { variants: variants.sort((a, b) => a.bandwidth - b.bandwidth), audio };
}

/** A media playlist's initialisation section and segments with their start times in seconds; more may come if it is not complete. */
export function media(text, base) {
  const segments = [];
  let init = null;
  let start = 0;
  let duration = 0;
  let range = null;
  let nextOffset = 0;
  let targetDuration = 1;
  let isComplete = false;
  let key = null;
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#EXT-X-MAP:")) {
      const a = attributes(line.slice(11));
      init = { url: new URL(a.URI, base).href, range: a.BYTERANGE ? byteRange(a.BYTERANGE, 0) : null, key };
    } else if (line.startsWith("#EXT-X-KEY:")) {
      const a = attributes(line.slice(11));
      key = a.METHOD === "NONE" ? null : { method: a.METHOD, url: new URL(a.URI, base).href, vector: a.IV };
    } else if (line.startsWith("#EXT-X-TARGETDURATION:")) {
      targetDuration = Number(line.slice(22)) || 1;
    } else if (line.startsWith("#EXT-X-ENDLIST")) {
      isComplete = true;
    } else if (line.startsWith("#EXTINF:")) {
      duration = parseFloat(line.slice(8));
    } else if (line.startsWith("#EXT-X-BYTERANGE:")) {
      range = byteRange(line.slice(17), nextOffset);
      nextOffset = range.end + 1;
    } else if (line && !line.startsWith("#")) {
      segments.push({ url: new URL(line, base).href, range, start, duration, key });
      start += duration;
      range = null;
    }
  }
  return { init, segments, duration: start, targetDuration, isComplete };
}

function byteRange(text, follows) {
  const [length, offset] = text.split("@").map(Number);
  const start = offset ?? follows;
  return { start, end: start + length - 1 };
}
