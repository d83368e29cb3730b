// Masks: a box of the picture and its pixels, row by row; COCO's run lengths, column by column.
//
// A mask is {x, y, w, h, data}: data[(Y - y) * w + X - x] is 1 where pixel (X, Y) of the picture is of the object.

const FIRST = 48; // of the characters of COCO's compressed string

/** Run lengths of COCO's compressed string. */
function lengths(text) {
  const counts = [];
  for (let at = 0; at < text.length; ) {
    let value = 0;
    let group = 0;
    let c;
    do {
      c = text.charCodeAt(at++) - FIRST;
      value |= (c & 0x1f) << (5 * group++);
    } while (c & 0x20);
    if (c & 0x10) value |= -1 << (5 * group);
    counts.push(counts.length > 2 ? value + counts[counts.length - 2] : value);
  }
  return counts;
}

/** COCO's compressed string of run lengths. */
function compressed(counts) {
  let text = "";
  counts.forEach((count, i) => {
    let rest = i > 2 ? count - counts[i - 2] : count;
    for (let more = true; more; ) {
      let c = rest & 0x1f;
      rest >>= 5;
      more = c & 0x10 ? rest !== -1 : rest !== 0;
      if (more) c |= 0x20;
      text += String.fromCharCode(c + FIRST);
    }
  });
  return text;
}

/** Runs of the foreground as visit(x, y0, y1), split where a column ends. */
function eachRun(counts, height, visit) {
  let start = 0;
  counts.forEach((count, i) => {
    const end = start + count;
    if (i % 2 === 1) {
      while (start < end) {
        const x = Math.floor(start / height);
        const stop = Math.min(end, (x + 1) * height);
        visit(x, start - x * height, stop - x * height);
        start = stop;
      }
    }
    start = end;
  });
}

/** The mask of {size: [height, width], counts}. */
export function fromRle(rle) {
  const height = rle.size[0];
  const counts = lengths(rle.counts);
  let [x0, y0, x1, y1] = [Infinity, Infinity, -1, -1];
  eachRun(counts, height, (x, from, to) => {
    x0 = Math.min(x0, x);
    x1 = Math.max(x1, x + 1);
    y0 = Math.min(y0, from);
    y1 = Math.max(y1, to);
  });
  if (x1 < 0) return empty();
  const mask = blank(x0, y0, x1 - x0, y1 - y0);
  eachRun(counts, height, (x, from, to) => {
    for (let y = from; y < to; y++) mask.data[(y - y0) * mask.w + x - x0] = 1;
  });
  return mask;
}

/** {size, counts} of a mask that lies in a picture of this size. */
export function toRle(mask, width, height) {
  const counts = [];
  let run = 0;
  let value = 0;
  const add = (v, n) => {
    if (v !== value && n > 0) {
      counts.push(run);
      run = 0;
      value = v;
    }
    run += n;
  };
  add(0, mask.x * height);
  for (let x = 0; x < mask.w; x++) {
    add(0, mask.y);
    for (let y = 0; y < mask.h; y++) add(mask.data[y * mask.w + x], 1);
    add(0, height - mask.y - mask.h);
  }
  add(0, (width - mask.x - mask.w) * height);
  counts.push(run);
  return { size: [height, width], counts: compressed(counts) };
}

export function empty() {
  return blank(0, 0, 0, 0);
}

function blank(x, y, w, h) {
  return { x, y, w, h, data: new Uint8Array(w * h) };
}

export function area(mask) {
  let sum = 0;
  for (const value of mask.data) sum += value;
  return sum;
}

export function contains(mask, x, y) {
  const [dx, dy] = [Math.floor(x) - mask.x, Math.floor(y) - mask.y];
  return dx >= 0 && dy >= 0 && dx < mask.w && dy < mask.h && mask.data[dy * mask.w + dx] === 1;
}

/** A copy whose box holds another box too. */
function grown(mask, x0, y0, x1, y1) {
  const none = mask.w === 0;
  const left = none ? x0 : Math.min(x0, mask.x);
  const top = none ? y0 : Math.min(y0, mask.y);
  const right = none ? x1 : Math.max(x1, mask.x + mask.w);
  const bottom = none ? y1 : Math.max(y1, mask.y + mask.h);
  const out = blank(left, top, right - left, bottom - top);
  for (let y = 0; y < mask.h; y++) {
    out.data.set(mask.data.subarray(y * mask.w, (y + 1) * mask.w), (y + mask.y - top) * out.w + mask.x - left);
  }
  return out;
}

/** A copy without empty edges. */
export function trimmed(mask) {
  let [x0, y0, x1, y1] = [mask.w, mask.h, -1, -1];
  for (let y = 0; y < mask.h; y++) {
    for (let x = 0; x < mask.w; x++) {
      if (mask.data[y * mask.w + x]) {
        x0 = Math.min(x0, x);
        x1 = Math.max(x1, x);
        y0 = Math.min(y0, y);
        y1 = y;
      }
    }
  }
  if (x1 < 0) return empty();
  const out = blank(mask.x + x0, mask.y + y0, x1 - x0 + 1, y1 - y0 + 1);
  for (let y = 0; y < out.h; y++) {
    const from = (y + y0) * mask.w + x0;
    out.data.set(mask.data.subarray(from, from + out.w), y * out.w);
  }
  return out;
}

/** The pixels of any of the masks. */
export function union(masks) {
  let out = empty();
  for (const mask of masks) {
    if (mask.w === 0) continue;
    out = grown(out, mask.x, mask.y, mask.x + mask.w, mask.y + mask.h);
    for (let y = 0; y < mask.h; y++) {
      for (let x = 0; x < mask.w; x++) {
        if (mask.data[y * mask.w + x]) out.data[(y + mask.y - out.y) * out.w + x + mask.x - out.x] = 1;
      }
    }
  }
  return out;
}

/**
 * A copy with the pixels whose middle is within a radius of the way from one place to another set or cleared. A radius below a pixel
 * is the pixel that the place is in.
 */
export function stroked(mask, from, to, radius, set, width, height) {
  const x0 = Math.max(0, Math.floor(Math.min(from.x, to.x) - radius));
  const y0 = Math.max(0, Math.floor(Math.min(from.y, to.y) - radius));
  const x1 = Math.min(width, Math.floor(Math.max(from.x, to.x) + radius) + 1);
  const y1 = Math.min(height, Math.floor(Math.max(from.y, to.y) + radius) + 1);
  if (x1 <= x0 || y1 <= y0) return mask;
  const out = set ? grown(mask, x0, y0, x1, y1) : { ...mask, data: mask.data.slice() };
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  for (let y = Math.max(y0, out.y); y < Math.min(y1, out.y + out.h); y++) {
    for (let x = Math.max(x0, out.x); x < Math.min(x1, out.x + out.w); x++) {
      const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
      const t = square === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / square));
      const [ex, ey] = [px - t * dx, py - t * dy];
      const inPixel = Math.abs(ex) <= 0.5 && Math.abs(ey) <= 0.5;
      if (ex * ex + ey * ey <= radius * radius || (radius < 1 && inPixel)) {
        out.data[(y - out.y) * out.w + x - out.x] = set ? 1 : 0;
      }
    }
  }
  return out;
}

/** The connected parts, by pixels that share an edge; the largest first. */
export function parts(mask) {
  const seen = new Uint8Array(mask.data.length);
  const found = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] || !mask.data[start]) continue;
    const part = blank(mask.x, mask.y, mask.w, mask.h);
    const stack = [start];
    seen[start] = 1;
    while (stack.length > 0) {
      const at = stack.pop();
      part.data[at] = 1;
      const x = at % mask.w;
      const next = [];
      if (x > 0) next.push(at - 1);
      if (x < mask.w - 1) next.push(at + 1);
      if (at >= mask.w) next.push(at - mask.w);
      if (at + mask.w < seen.length) next.push(at + mask.w);
      for (const n of next) {
        if (!seen[n] && mask.data[n]) {
          seen[n] = 1;
          stack.push(n);
        }
      }
    }
    found.push(trimmed(part));
  }
  return found.sort((a, b) => area(b) - area(a));
}

/** Pixels whose middle is in an odd number of rings: what is shown until the server has rasterised the polygon by COCO's rule. */
export function fromRings(rings, width, height) {
  const xs = rings.flatMap((ring) => ring.filter((_, i) => i % 2 === 0));
  const ys = rings.flatMap((ring) => ring.filter((_, i) => i % 2 === 1));
  const x0 = Math.max(0, Math.floor(Math.min(...xs)));
  const y0 = Math.max(0, Math.floor(Math.min(...ys)));
  const x1 = Math.min(width, Math.ceil(Math.max(...xs)));
  const y1 = Math.min(height, Math.ceil(Math.max(...ys)));
  if (x1 <= x0 || y1 <= y0) return empty();
  const mask = blank(x0, y0, x1 - x0, y1 - y0);
  for (let y = y0; y < y1; y++) {
    const crossings = [];
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i += 2) {
        const j = (i + 2) % ring.length;
        const [ax, ay, bx, by] = [ring[i], ring[i + 1], ring[j], ring[j + 1]];
        if (ay <= y + 0.5 !== by <= y + 0.5) crossings.push(ax + ((y + 0.5 - ay) / (by - ay)) * (bx - ax));
      }
    }
    crossings.sort((a, b) => a - b);
    for (let c = 0; c + 1 < crossings.length; c += 2) {
      const from = Math.max(x0, Math.ceil(crossings[c] - 0.5));
      const to = Math.min(x1, Math.ceil(crossings[c + 1] - 0.5));
      if (to > from) mask.data.fill(1, (y - y0) * mask.w + from - x0, (y - y0) * mask.w + to - x0);
    }
  }
  return trimmed(mask);
}

/** The edges of the pixels as a path in pixels of the picture. */
export function outline(mask) {
  const path = new Path2D();
  const at = (x, y) => (x < 0 || y < 0 || x >= mask.w || y >= mask.h ? 0 : mask.data[y * mask.w + x]);
  for (let y = 0; y <= mask.h; y++) {
    let from = -1;
    for (let x = 0; x <= mask.w; x++) {
      const edge = x < mask.w && at(x, y) !== at(x, y - 1);
      if (edge && from < 0) from = x;
      if (!edge && from >= 0) {
        path.moveTo(mask.x + from, mask.y + y);
        path.lineTo(mask.x + x, mask.y + y);
        from = -1;
      }
    }
  }
  for (let x = 0; x <= mask.w; x++) {
    let from = -1;
    for (let y = 0; y <= mask.h; y++) {
      const edge = y < mask.h && at(x, y) !== at(x - 1, y);
      if (edge && from < 0) from = y;
      if (!edge && from >= 0) {
        path.moveTo(mask.x + x, mask.y + from);
        path.lineTo(mask.x + x, mask.y + y);
        from = -1;
      }
    }
  }
  return path;
}
