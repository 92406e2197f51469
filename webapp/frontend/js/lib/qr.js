/*
 * A QR code as one SVG path, one unit per module.
 *
 * Runs of dark modules in a row become one rectangle, so a member code needs about 200 short strokes.
 */
import { encode } from 'uqr';

/** `{size, path}` for a text; `size` is the number of modules on a side, without quiet zone. */
export function qrPath(text) {
  const { size, data } = encode(text, { ecc: 'M', border: 0 });
  return { size, path: data.map(rowPath).join('') };
}

function rowPath(row, y) {
  let path = '';
  for (let x = 0; x < row.length; x += 1) {
    if (!row[x]) continue;
    const start = x;
    while (row[x + 1]) x += 1;
    const run = x - start + 1;
    path += `M${start} ${y}h${run}v1h-${run}z`;
  }
  return path;
}
