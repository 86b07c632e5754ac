/** What the mixer computes: curves of equalisers, numbers of the document, what is automatic. */
const SAMPLE_RATE = 48000;
const LOWEST_HZ = 20;
const HIGHEST_HZ = 20000;
const MOST_DB = 18;
const LOWEST_FADER_DB = -120;
const HIGHEST_FADER_DB = 24;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
export const STRIP = ["equaliser", "compressor", "saturation", "width", "delay_send", "ducking_db", "bus"];
export const MIX = {
  mix_preset: "", target_lufs: null, reverb_seconds: null, delay_beats: null, delay_feedback: null,
  automatic_balance: true, front_gain_db: 0, harmony_gain_db: 0, bass_gain_db: 0, drums_gain_db: 0,
};


/** Gain in dB of one band at a frequency, after Bristow-Johnson's cookbook. */
export function bandDb(band, hertz) {
  const omega = (2 * Math.PI * Math.min(band.frequency_hz, 0.49 * SAMPLE_RATE)) / SAMPLE_RATE;
  const cosine = Math.cos(omega);
  const alpha = Math.sin(omega) / (2 * band.q);
  const amplitude = 10 ** (band.gain_db / 40);
  let upper;
  let lower;
  if (band.type === "bell") {
    upper = [1 + alpha * amplitude, -2 * cosine, 1 - alpha * amplitude];
    lower = [1 + alpha / amplitude, -2 * cosine, 1 - alpha / amplitude];
  } else if (band.type === "high_pass" || band.type === "low_pass") {
    const sign = band.type === "high_pass" ? 1 : -1;
    const side = 1 + sign * cosine;
    upper = [side / 2, -sign * side, side / 2];
    lower = [1 + alpha, -2 * cosine, 1 - alpha];
  } else {
    const sign = band.type === "high_shelf" ? 1 : -1;
    const root = 2 * Math.sqrt(amplitude) * alpha;
    const [plus, minus, turned] = [amplitude + 1, amplitude - 1, sign * cosine];
    upper = [
      amplitude * (plus + minus * turned + root),
      -2 * sign * amplitude * (minus + plus * turned),
      amplitude * (plus + minus * turned - root),
    ];
    lower = [plus - minus * turned + root, 2 * sign * (minus - plus * turned), plus - minus * turned - root];
  }
  const at = (2 * Math.PI * hertz) / SAMPLE_RATE;
  const power = ([zero, one, two]) =>
    (zero + one * Math.cos(at) + two * Math.cos(2 * at)) ** 2 + (one * Math.sin(at) + two * Math.sin(2 * at)) ** 2;
  return 10 * Math.log10(Math.max(power(upper), 1e-12) / Math.max(power(lower), 1e-12));
}

/** The path of an equaliser's curve in a box of ``width`` by ``height``, octaves equally wide. */
export function curvePath(bands, width, height, points = 64) {
  const steps = [];
  for (let index = 0; index <= points; index += 1) {
    const hertz = LOWEST_HZ * (HIGHEST_HZ / LOWEST_HZ) ** (index / points);
    const gain = bands.reduce((sum, band) => sum + bandDb(band, hertz), 0);
    const shown = Math.min(Math.max(gain, -MOST_DB), MOST_DB);
    const x = ((index / points) * width).toFixed(1);
    steps.push(`${x} ${((0.5 - shown / (2 * MOST_DB)) * height).toFixed(1)}`);
  }
  return `M${steps.join("L")}`;
}

/** A new id of 13 base32 characters. */
export function mintId(bytes = crypto.getRandomValues(new Uint8Array(13))) {
  return Array.from(bytes, (byte) => ALPHABET[byte % 32]).join("");
}

/** What goes into the document for a typed number; null (automatic) for nothing typed. */
export function documentValue(text, scale = 1) {
  if (text.trim() === "") return null;
  const value = Number(text) / scale;
  return Number.isFinite(value) ? Math.round(value * 1e6) / 1e6 : undefined;
}

/** The fader that keeps a track as loud when its automatic level (dB) goes, or comes back. */
export function faderWithout(fader, level, isBack) {
  const moved = isBack ? fader - level : fader + level;
  return Math.round(Math.min(Math.max(moved, LOWEST_FADER_DB), HIGHEST_FADER_DB) * 100) / 100;
}

/** What sets a strip, or (for "meta") the mix of the song, back to automatic. */
export function allAutomatic(entity) {
  if (entity === "meta") return { ...MIX };
  return { ...Object.fromEntries(STRIP.map((field) => [field, null])), automatic_level: true };
}
