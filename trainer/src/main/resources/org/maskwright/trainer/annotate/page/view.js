// What the canvas shows: the picture at any zoom, the objects over it, and what is being drawn.

import * as masks from "./mask.js";

const FAINT = 0.38; // of a mask over the picture
const HANDLE = 4; // half the side of a corner's mark, in pixels of the screen
const CLOSEST = 64; // pixels of the screen for one of the picture
const tints = new WeakMap(); // of a mask its picture in a colour
const outlines = new WeakMap();

function tint(mask, colour) {
  let made = tints.get(mask);
  if (made?.colour !== colour) {
    const canvas = new OffscreenCanvas(mask.w, mask.h);
    const context = canvas.getContext("2d");
    const image = context.createImageData(mask.w, mask.h);
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
    const pixels = new Uint32Array(image.data.buffer);
    const one = new Uint32Array(new Uint8ClampedArray([r, g, b, 255]).buffer)[0];
    for (let i = 0; i < pixels.length; i++) pixels[i] = mask.data[i] ? one : 0;
    context.putImageData(image, 0, 0);
    made = { colour, canvas };
    tints.set(mask, made);
  }
  return made.canvas;
}

function outline(mask) {
  if (!outlines.has(mask)) outlines.set(mask, masks.outline(mask));
  return outlines.get(mask);
}

export class View {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.zoom = 1; // pixels of the screen for one of the picture
    this.x = 0; // of the picture's corner on the canvas
    this.y = 0;
    this.bitmap = null;
    this.width = 0;
    this.height = 0;
    this.scene = () => ({ objects: [], proposals: [] });
    this.asked = false;
    new ResizeObserver(() => this.resized()).observe(canvas);
  }

  resized() {
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(this.canvas.clientHeight * ratio));
    if (this.fitted) this.fit();
    this.draw();
  }

  show(bitmap, width, height) {
    this.bitmap?.close?.();
    this.bitmap = bitmap;
    this.width = width;
    this.height = height;
    this.fit();
  }

  fit() {
    const [w, h] = [this.canvas.clientWidth, this.canvas.clientHeight];
    if (this.width > 0 && w > 0 && h > 0) {
      this.zoom = Math.min(CLOSEST, (w - 16) / this.width, (h - 16) / this.height);
      this.x = (w - this.width * this.zoom) / 2;
      this.y = (h - this.height * this.zoom) / 2;
    }
    this.fitted = true;
    this.draw();
  }

  /** Zooms so that a place of the canvas stays where it is. */
  zoomBy(factor, atX = this.canvas.clientWidth / 2, atY = this.canvas.clientHeight / 2) {
    const zoom = Math.min(CLOSEST, Math.max(0.02, this.zoom * factor));
    this.x = atX - ((atX - this.x) * zoom) / this.zoom;
    this.y = atY - ((atY - this.y) * zoom) / this.zoom;
    this.zoom = zoom;
    this.fitted = false;
    this.draw();
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.fitted = false;
    this.draw();
  }

  /** The place of the picture under a place of the canvas. */
  toPicture(x, y) {
    return { x: (x - this.x) / this.zoom, y: (y - this.y) / this.zoom };
  }

  /** Moves the picture so that a place of it is on the canvas. */
  reveal(place) {
    const margin = 24;
    const [sx, sy] = [place.x * this.zoom + this.x, place.y * this.zoom + this.y];
    const dx = Math.max(0, margin - sx) - Math.max(0, sx - this.canvas.clientWidth + margin);
    const dy = Math.max(0, margin - sy) - Math.max(0, sy - this.canvas.clientHeight + margin);
    if (dx !== 0 || dy !== 0) this.pan(dx, dy);
  }

  draw() {
    if (!this.asked) {
      this.asked = true;
      requestAnimationFrame(() => {
        this.asked = false;
        this.paint();
      });
    }
  }

  paint() {
    const c = this.context;
    const ratio = window.devicePixelRatio || 1;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!this.bitmap) return;
    c.setTransform(ratio * this.zoom, 0, 0, ratio * this.zoom, ratio * this.x, ratio * this.y);
    c.imageSmoothingEnabled = this.zoom < 2;
    c.drawImage(this.bitmap, 0, 0, this.width, this.height);
    c.imageSmoothingEnabled = false;
    const scene = this.scene();
    const px = 1 / this.zoom;
    for (const object of scene.objects) this.object(object, px);
    for (const proposal of scene.proposals) this.proposal(proposal, px);
    if (scene.draft) this.draft(scene.draft, scene.colour, px);
    for (const object of scene.objects) if (object.chosen && object.polygons) this.corners(object.polygons, px);
    this.pointer(scene, px);
  }

  object({ mask, box, colour, chosen }, px) {
    const c = this.context;
    if (!mask) {
      c.lineWidth = 2 * px;
      c.strokeStyle = colour;
      if (box) c.strokeRect(box[0], box[1], box[2], box[3]);
      return;
    }
    if (mask.w === 0) return;
    c.globalAlpha = FAINT;
    c.drawImage(tint(mask, colour), mask.x, mask.y);
    c.globalAlpha = 1;
    c.lineWidth = (chosen ? 4 : 1.5) * px;
    c.strokeStyle = chosen ? "#ffffff" : colour;
    c.stroke(outline(mask));
    if (chosen) {
      c.lineWidth = 2 * px;
      c.strokeStyle = "#000000";
      c.stroke(outline(mask));
    }
  }

  proposal({ mask, colour, chosen }, px) {
    if (mask.w === 0) return;
    const c = this.context;
    c.globalAlpha = chosen ? FAINT : FAINT / 2;
    c.drawImage(tint(mask, colour), mask.x, mask.y);
    c.globalAlpha = 1;
    c.setLineDash([6 * px, 4 * px]);
    c.lineWidth = (chosen ? 3 : 2) * px;
    c.strokeStyle = chosen ? "#ffffff" : colour;
    c.stroke(outline(mask));
    c.setLineDash([]);
  }

  /** What is not an object yet: corners of a polygon, clicks, a box, a mask for them. */
  draft({ ring = [], clicks = [], box, mask, end }, colour, px) {
    const c = this.context;
    if (mask) this.proposal({ mask, colour, chosen: true }, px);
    if (box) {
      c.lineWidth = 2 * px;
      c.strokeStyle = colour;
      c.strokeRect(box[0], box[1], box[2] - box[0], box[3] - box[1]);
    }
    if (ring.length > 0) {
      const path = new Path2D();
      ring.forEach((p, i) => (i === 0 ? path.moveTo(p.x, p.y) : path.lineTo(p.x, p.y)));
      if (end) path.lineTo(end.x, end.y);
      for (const [style, width] of [["#000000", 3], [colour, 1.5]]) {
        c.lineWidth = width * px;
        c.strokeStyle = style;
        c.stroke(path);
      }
      this.corners([ring.flatMap((p) => [p.x, p.y])], px);
    }
    for (const click of clicks) {
      c.beginPath();
      c.arc(click.x, click.y, 6 * px, 0, 2 * Math.PI);
      c.fillStyle = click.object ? "#1e8845" : "#c83c28";
      c.fill();
      c.lineWidth = 2 * px;
      c.strokeStyle = "#ffffff";
      c.stroke();
      c.beginPath();
      c.moveTo(click.x - 3 * px, click.y);
      c.lineTo(click.x + 3 * px, click.y);
      if (click.object) {
        c.moveTo(click.x, click.y - 3 * px);
        c.lineTo(click.x, click.y + 3 * px);
      }
      c.stroke();
    }
  }

  corners(polygons, px) {
    const c = this.context;
    c.lineWidth = px;
    for (const ring of polygons) {
      for (let i = 0; i < ring.length; i += 2) {
        const side = 2 * HANDLE * px;
        c.fillStyle = "#ffffff";
        c.fillRect(ring[i] - side / 2, ring[i + 1] - side / 2, side, side);
        c.strokeStyle = "#000000";
        c.strokeRect(ring[i] - side / 2, ring[i + 1] - side / 2, side, side);
      }
    }
  }

  /** The brush under the mouse, and the cross that keys move. */
  pointer({ place, radius, cross }, px) {
    const c = this.context;
    if (place && radius) {
      c.beginPath();
      c.arc(place.x, place.y, Math.max(radius, 0.5), 0, 2 * Math.PI);
      for (const [style, width] of [["#000000", 3], ["#ffffff", 1.5]]) {
        c.lineWidth = width * px;
        c.strokeStyle = style;
        c.stroke();
      }
    }
    if (cross) {
      const arm = 12 * px;
      c.beginPath();
      c.moveTo(cross.x - arm, cross.y);
      c.lineTo(cross.x + arm, cross.y);
      c.moveTo(cross.x, cross.y - arm);
      c.lineTo(cross.x, cross.y + arm);
      for (const [style, width] of [["#000000", 4], ["#ffffff", 1.5]]) {
        c.lineWidth = width * px;
        c.strokeStyle = style;
        c.stroke();
      }
    }
  }
}
