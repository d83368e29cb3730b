// The labels of the picture that is open: their history, and that they are on the server's disk.
//
// An object is {key, category, crowd, box, polygons, rle, mask} and is never changed: an edit puts another one with the same key in its place.

import * as masks from "./mask.js";
import * as server from "./server.js";

const AGAIN_MILLIS = 3000;
let keys = 0;

export class Drawing {
  /**
   * @param read what the server said of the picture
   * @param told called when something has changed, and when something was saved
   */
  constructor(read, told) {
    this.n = read.n;
    this.name = read.name;
    this.width = read.width;
    this.height = read.height;
    this.version = read.version;
    this.told = told;
    this.ids = new Map(); // of keys, once the server has given them
    this.exact = new WeakMap(); // of polygons the mask that the server made of them
    this.past = [];
    this.future = [];
    this.readOnly = false;
    this.failure = null; // why the last save failed
    this.saving = null;
    this.now = {
      done: read.done,
      objects: read.objects.map((o) => this.read(o)),
      proposals: read.proposals.map((p) => ({ ...p, key: `p${p.id}`, mask: masks.fromRle(p.rle) })),
    };
    this.saved = this.now;
  }

  read(o) {
    const key = `o${++keys}`;
    this.ids.set(key, o.id);
    const mask = o.rle ? masks.fromRle(o.rle) : null;
    if (o.polygons) this.exact.set(o.polygons, mask);
    return { key, category: o.category, crowd: o.crowd, box: o.box, polygons: o.polygons, rle: o.rle, mask };
  }

  /** A new object of a mask. */
  made(category, mask) {
    return this.withMask({ key: `o${++keys}`, category }, mask);
  }

  /** A new object of polygons. */
  madeOf(category, polygons) {
    return { key: `o${++keys}`, category, polygons, mask: masks.fromRings(polygons, this.width, this.height) };
  }

  withMask(object, mask) {
    return { ...object, polygons: undefined, mask, rle: masks.toRle(mask, this.width, this.height) };
  }

  withPolygons(object, polygons) {
    return { ...object, rle: undefined, polygons, mask: masks.fromRings(polygons, this.width, this.height) };
  }

  maskOf(object) {
    return (object.polygons && this.exact.get(object.polygons)) || object.mask;
  }

  get unsaved() {
    return this.now !== this.saved;
  }

  /** Makes a step of the history: change(now) gives what is other in it. */
  edit(change) {
    if (this.readOnly) return;
    this.past.push(this.now);
    this.future = [];
    this.go({ ...this.now, ...change(this.now) });
  }

  undo() {
    if (this.past.length === 0 || this.readOnly) return;
    this.future.push(this.now);
    this.go(this.past.pop());
  }

  redo() {
    if (this.future.length === 0 || this.readOnly) return;
    this.past.push(this.now);
    this.go(this.future.pop());
  }

  go(state) {
    this.now = state;
    this.failure = null;
    this.told();
    this.flush();
  }

  /** Saves until all is saved or the server refuses. */
  flush() {
    this.saving ??= this.save().finally(() => {
      this.saving = null;
      this.told();
    });
    return this.saving;
  }

  async save() {
    while (this.unsaved && !this.readOnly) {
      const sent = this.now;
      try {
        const back = await server.save(this.n, {
          version: this.version,
          done: sent.done,
          objects: sent.objects.map((o) => ({
            id: this.ids.get(o.key),
            category: o.category,
            segmentation: o.polygons ?? o.rle,
          })),
          proposals: sent.proposals.map((p) => p.id),
        });
        this.version = back.version;
        back.objects.forEach((o, i) => {
          const object = sent.objects[i];
          this.ids.set(object.key, o.id);
          if (object.polygons && o.rle) this.exact.set(object.polygons, masks.fromRle(o.rle));
        });
        this.saved = sent;
        this.failure = null;
        this.told();
      } catch (e) {
        if (e.status === 409 && (await this.rebased())) continue;
        this.failure = e;
        this.told();
        const again = e.status === 0 || e.status >= 500;
        if (!again) return;
        await new Promise((done) => setTimeout(done, AGAIN_MILLIS));
      }
    }
  }

  /** After a restart of the server: whether it has what was saved last, so that nothing of anybody's is lost by going on from there. */
  async rebased() {
    try {
      const read = await server.picture(this.n);
      const same =
        read.version !== this.version &&
        read.done === this.saved.done &&
        read.objects.length === this.saved.objects.length &&
        read.objects.every((o, i) => this.isSaved(o, this.saved.objects[i]));
      if (same) this.version = read.version;
      return same;
    } catch {
      return false;
    }
  }

  isSaved(read, object) {
    const mask = this.maskOf(object);
    return (
      read.id === this.ids.get(object.key) &&
      read.category === object.category &&
      (!mask || read.rle?.counts === masks.toRle(mask, this.width, this.height).counts)
    );
  }
}
