// The page: tools, lists and keys. What is drawn is in drawing.js, how it is shown in view.js.

import { Drawing } from "./drawing.js";
import * as masks from "./mask.js";
import * as server from "./server.js";
import * as texts from "./texts.js";
import { View } from "./view.js";

const { text } = texts;
const POLL_MILLIS = 2000;
const NEAR = 9; // pixels of the screen within which a corner is meant
const STEP = 10; // pixels of the screen that an arrow moves the cross
const byId = (id) => document.getElementById(id);
const view = new View(byId("canvas"));

let classes = []; // {id, name, colour}
let list = []; // {n, name, state, objects, uncertainty}
let listVersion = "";
let prompts = false;
let drawing = null;
let opening = 0; // counts, so that an answer that came too late is dropped
let tool = "select";
let current = null; // id of the class that new objects get
let chosen = new Set(); // keys of objects and proposals
let hidden = new Set();
let allHidden = false;
let radius = 8; // of the brush in pixels of the picture
let draft = null; // what is being drawn: {ring} | {clicks, box, mask}
let stroke = null; // the object that the brush is changing
let drag = null;
let place = null; // of the mouse in the picture
let cross = null; // that keys move
let spaceHeld = false;
let asked = 0; // prompts

// ---------------------------------------------------------------- what is shown

function element(name, properties = {}, ...children) {
  const e = document.createElement(name);
  const { dataset, ...others } = properties;
  Object.assign(e, others);
  Object.assign(e.dataset, dataset ?? {});
  e.append(...children);
  return e;
}

const key = (name) => element("kbd", { textContent: name });
const ofClass = (id) => classes.find((c) => c.id === id);
const colourOf = (id) => ofClass(id)?.colour ?? "#888888";
const swatch = (colour) => {
  const e = element("span", { className: "swatch" });
  e.style.background = colour;
  return e;
};

function button(label, keys, run, properties = {}) {
  return element("button", { type: "button", onclick: acted(run), ...properties }, `${label} `, ...(keys ? [key(keys)] : []));
}

/** A click with the mouse leaves the keys to the canvas. */
function acted(run) {
  return (event) => {
    run(event);
    if (event.detail > 0) view.canvas.focus();
  };
}

const leastScore = () => Number(byId("least").value) / 100;
const shownProposals = () => (drawing ? drawing.now.proposals.filter((p) => p.score >= leastScore()) : []);
const chosenObjects = () => (drawing ? drawing.now.objects.filter((o) => chosen.has(o.key)) : []);
const chosenProposals = () => shownProposals().filter((p) => chosen.has(p.key));

view.scene = () => {
  if (!drawing) return { objects: [], proposals: [] };
  const objects = drawing.now.objects
    .filter((o) => !allHidden && !hidden.has(o.key))
    .map((o) => ({
      mask: stroke?.key === o.key ? stroke.mask : drawing.maskOf(o),
      box: o.box,
      polygons: drag?.polygons && drag.key === o.key ? drag.polygons : o.polygons,
      colour: colourOf(o.category),
      chosen: chosen.has(o.key),
    }));
  if (stroke && !drawing.now.objects.some((o) => o.key === stroke.key)) {
    objects.push({ mask: stroke.mask, colour: colourOf(current), chosen: true });
  }
  return {
    objects: [...objects.filter((o) => !o.chosen), ...objects.filter((o) => o.chosen)],
    proposals: allHidden
      ? []
      : shownProposals().map((p) => ({ mask: p.mask, colour: colourOf(p.category), chosen: chosen.has(p.key) })),
    draft: draft && { ...draft, end: cross ?? place },
    colour: colourOf(current),
    place: cross ?? place,
    radius: tool === "brush" || tool === "eraser" ? radius : 0,
    cross,
  };
};

function showTools() {
  const tools = ["select", "polygon", "brush", "eraser", ...(prompts ? ["click", "box"] : [])];
  byId("tools").replaceChildren(
    ...tools.map((name) => {
      const b = button(text(`tool.${name}`), KEY_OF_TOOL[name], () => useTool(name));
      b.setAttribute("aria-pressed", String(name === tool));
      return b;
    }),
    ...(tool === "brush" || tool === "eraser" ? [element("span", { className: "note", textContent: text("brush.size", { pixels: Math.round(radius * 2) }) })] : []),
    element("span", { className: "gap" }),
    button("↶", "", () => drawing?.undo(), { title: `${text("undo")} (Ctrl+Z)`, ariaLabel: text("undo"), disabled: !drawing?.past.length }),
    button("↷", "", () => drawing?.redo(), { title: `${text("redo")} (Ctrl+Y)`, ariaLabel: text("redo"), disabled: !drawing?.future.length }),
    button(text("fit"), "0", () => view.fit()),
    button(text(drawing?.now.done ? "done.not" : "done.next"), drawing?.now.done ? "D" : "Enter", () => (drawing?.now.done ? toggleDone() : doneAndNext()), { id: "done", disabled: !drawing || drawing.readOnly }),
  );
}

const KEY_OF_TOOL = { select: "V", polygon: "P", brush: "B", eraser: "E", click: "C", box: "X" };

function showClasses() {
  byId("classes").replaceChildren(
    ...classes.map((c, i) =>
      element(
        "li",
        { className: c.id === current ? "chosen" : "" },
        element(
          "button",
          { type: "button", onclick: acted(() => useClass(c.id)), ondblclick: () => rename(c), title: text("classes.rename") },
          swatch(c.colour),
          element("span", { className: "name", textContent: c.name }),
          ...(i < 9 ? [key(String(i + 1))] : []),
        ),
      ),
    ),
  );
}

function item(o, name, note) {
  return element(
    "li",
    { className: `${chosen.has(o.key) ? "chosen" : ""} ${hidden.has(o.key) ? "gone" : ""}` },
    element(
      "button",
      { type: "button", onclick: acted((event) => choose(o.key, event.shiftKey)) },
      swatch(colourOf(o.category)),
      element("span", { className: "name", textContent: name }),
      element("small", { textContent: note }),
    ),
  );
}

function showObjects() {
  const objects = drawing?.now.objects ?? [];
  byId("object-count").textContent = objects.length || "";
  byId("objects").replaceChildren(
    ...objects.map((o) => {
      const mask = drawing.maskOf(o);
      const kind = o.crowd ? text("objects.crowd") : mask ? `${masks.area(mask)} px` : text("objects.box");
      return item(o, ofClass(o.category)?.name ?? "?", kind);
    }),
  );
  const some = chosenObjects().length;
  const free = !!drawing && !drawing.readOnly;
  byId("actions").replaceChildren(
    button(text("delete"), "Del", remove, { disabled: !free || !some }),
    button(text("split"), "T", split, { disabled: !free || !some }),
    button(text("merge"), "M", merge, { disabled: !free || some < 2 }),
    button(text("hide"), "H", hide, { disabled: !some }),
  );
  const proposals = shownProposals();
  byId("proposal-section").hidden = !drawing?.now.proposals.length;
  byId("proposal-count").textContent = proposals.length || "";
  byId("least-value").textContent = leastScore().toFixed(2);
  byId("proposals").replaceChildren(...proposals.map((p) => item(p, ofClass(p.category)?.name ?? "?", p.score.toFixed(2))));
  byId("proposal-actions").replaceChildren(
    button(text("accept"), "A", () => accept(chosenProposals()), { disabled: !free || !chosenProposals().length }),
    button(text("reject"), "R", () => reject(chosenProposals()), { disabled: !free || !chosenProposals().length }),
    button(text("accept.all"), "Shift+A", () => accept(shownProposals()), { disabled: !free || !proposals.length }),
    button(text("reject.all"), "Shift+R", () => reject(drawing.now.proposals), { disabled: !free || !proposals.length }),
  );
}

function showSaved() {
  const e = byId("saved");
  const failure = drawing?.failure;
  e.className = failure ? "failed" : drawing?.unsaved ? "waiting" : "";
  e.textContent = !drawing ? "" : drawing.readOnly ? text("saved.reading") : text(failure ? "saved.not" : drawing.unsaved ? "saved.waiting" : "saved.yes");
  if (!drawing) return;
  const message = failure?.status === 0 ? text("lost") : failure?.status === 401 ? text("restarted") : failure?.message;
  if (drawing.readOnly) {
    banner(text("other.tab"), text("other.take"), () => open(drawing.n, true));
  } else if (failure?.status === 409) {
    banner(message, text("open.again"), () => open(drawing.n, true));
  } else if (failure) {
    banner(message, failure.status > 0 && failure.status < 500 ? text("undo") : "", () => drawing.undo());
  } else {
    banner("");
  }
}

function banner(message, action = "", run = () => {}) {
  const e = byId("banner");
  e.hidden = !message;
  e.querySelector("span").textContent = message;
  const b = e.querySelector("button");
  b.hidden = !action;
  b.textContent = action;
  b.onclick = acted(run);
}

const MARKS = { UNLABELLED: "", LABELLED: "◐", DONE: "✓", BROKEN: "!" };

function ordered() {
  const filter = byId("filter").value;
  const shown = list.filter((p) => filter === "all" || (filter === "done") === (p.state === "DONE"));
  if (byId("order").value === "uncertain") {
    const rank = (p) => (p.state === "DONE" ? -2 : (p.uncertainty ?? -1));
    shown.sort((a, b) => rank(b) - rank(a) || a.n - b.n);
  }
  return shown;
}

function showList() {
  const done = list.filter((p) => p.state === "DONE").length;
  byId("counts").textContent = text("counts", { done, of: list.length });
  const items = ordered().map((p) =>
    element(
      "li",
      { className: p.n === drawing?.n ? "chosen" : "" },
      element(
        "button",
        { type: "button", title: `${p.name}: ${text(`state.${p.state}`)}`, onclick: acted(() => open(p.n)) },
        element("span", { className: `mark ${p.state === "DONE" ? "done" : ""}`, textContent: MARKS[p.state] }),
        element("span", { className: "name", textContent: p.name }),
        element("small", { textContent: p.uncertainty !== undefined && p.state !== "DONE" ? p.uncertainty.toFixed(2) : p.objects || "" }),
      ),
    ),
  );
  byId("pictures").replaceChildren(...items);
  byId("pictures").querySelector(".chosen")?.scrollIntoView({ block: "nearest" });
}

function showHint() {
  const hint =
    !drawing ? text("hint.none")
    : draft?.ring ? text("hint.polygon")
    : draft?.mask ? text("hint.mask", { quality: draft.quality.toFixed(2) })
    : draft?.waiting ? text("hint.waiting")
    : text(`hint.${tool}`);
  byId("hint").textContent = hint;
}

function show() {
  showTools();
  showObjects();
  showSaved();
  showHint();
  view.draw();
}

// ---------------------------------------------------------------- pictures

async function open(n, force = false) {
  if (drawing && !force) {
    if (drawing.unsaved) {
      const left = drawing;
      left.flush();
      await Promise.race([left.saving, new Promise((done) => setTimeout(done, 1000))]);
      if (left.unsaved && !left.readOnly) return; // what is drawn is not given up: the banner says why
    }
  }
  const mine = ++opening;
  try {
    let readOnly = false;
    try {
      await server.lease(n, force);
    } catch (e) {
      if (e.status !== 409) throw e;
      readOnly = true;
    }
    const read = await server.picture(n);
    const bitmap = await server.image(n, read.width, read.height);
    if (mine !== opening) return bitmap.close();
    drawing = new Drawing(read, () => {
      noteState();
      show();
    });
    drawing.readOnly = readOnly;
    chosen = new Set();
    hidden = new Set();
    draft = null;
    stroke = null;
    cross = null;
    location.hash = encodeURIComponent(read.name);
    view.show(bitmap, read.width, read.height);
    view.canvas.setAttribute("aria-label", `${text("canvas")}: ${read.name}`);
    showList();
    show();
  } catch (e) {
    if (mine === opening) banner(e.status === 401 ? text("restarted") : e.message, text("next"), () => step(1, n));
  }
}

/** What the list says of the picture that is open. */
function noteState() {
  const entry = list.find((p) => p.n === drawing.n);
  if (!entry) return;
  const { done, objects } = drawing.now;
  const state = done ? "DONE" : objects.length ? "LABELLED" : "UNLABELLED";
  if (entry.state !== state || entry.objects !== objects.length) {
    entry.state = state;
    entry.objects = objects.length;
    showList();
  }
}

function step(by, from = drawing?.n) {
  const shown = ordered();
  const at = shown.findIndex((p) => p.n === from);
  const next = shown[Math.min(shown.length - 1, Math.max(0, at + by))];
  if (next && next.n !== from) open(next.n);
}

function toggleDone() {
  drawing.edit((now) => ({ done: !now.done }));
}

async function doneAndNext() {
  if (drawing.readOnly) return step(1);
  const shown = ordered();
  const at = shown.findIndex((p) => p.n === drawing.n);
  if (!drawing.now.done) drawing.edit(() => ({ done: true }));
  const left = [...shown.slice(at + 1), ...shown.slice(0, Math.max(0, at))].find((p) => p.state !== "DONE" && p.n !== drawing.n);
  if (left) open(left.n);
}

// ---------------------------------------------------------------- objects

function useTool(name) {
  dropDraft();
  tool = name;
  show();
}

function useClass(id) {
  current = id;
  if (chosenObjects().length > 0) {
    drawing.edit((now) => ({ objects: now.objects.map((o) => (chosen.has(o.key) ? { ...o, category: id } : o)) }));
  }
  if (chosenProposals().length > 0) {
    drawing.edit((now) => ({ proposals: now.proposals.map((p) => (chosen.has(p.key) ? { ...p, category: id } : p)) }));
  }
  showClasses();
  show();
}

function choose(name, more = false) {
  const before = chosen.has(name);
  if (!more) chosen = new Set();
  if (more && before) chosen.delete(name);
  else chosen.add(name);
  const one = drawing.now.objects.find((o) => o.key === name);
  if (one && !more) {
    current = one.category;
    showClasses();
  }
  show();
}

function chooseNext(by, more) {
  const all = [...(drawing?.now.objects ?? []), ...shownProposals()].map((o) => o.key);
  if (all.length === 0) return;
  const last = [...chosen].pop();
  const at = all.indexOf(last);
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length;
  if (more) chosen.delete(all[next]);
  choose(all[next], more);
}

function add(object) {
  drawing.edit((now) => ({ objects: [...now.objects, object] }));
  chosen = new Set([object.key]);
  show();
}

function replace(object) {
  drawing.edit((now) => ({ objects: now.objects.map((o) => (o.key === object.key ? object : o)) }));
}

function remove() {
  if (chosenObjects().length === 0) return;
  drawing.edit((now) => ({ objects: now.objects.filter((o) => !chosen.has(o.key)) }));
  chosen = new Set();
  show();
}

function split() {
  const made = new Set();
  const apart = (o) => {
    const mask = chosen.has(o.key) && drawing.maskOf(o);
    const parts = mask ? masks.parts(mask) : [];
    if (parts.length < 2) return [o];
    const objects = parts.map((part, i) => (i === 0 ? drawing.withMask(o, part) : drawing.made(o.category, part)));
    objects.forEach((one) => made.add(one.key));
    return objects;
  };
  const objects = drawing.now.objects.flatMap(apart);
  if (made.size === 0) return say(text("split.one"));
  drawing.edit(() => ({ objects }));
  chosen = made;
  show();
}

function merge() {
  const merged = chosenObjects().filter((o) => drawing.maskOf(o));
  if (merged.length < 2) return say(text("merge.two"));
  const first = drawing.withMask(merged[0], masks.union(merged.map((o) => drawing.maskOf(o))));
  drawing.edit((now) => ({
    objects: now.objects.filter((o) => !merged.slice(1).includes(o)).map((o) => (o.key === first.key ? first : o)),
  }));
  chosen = new Set([first.key]);
  show();
}

function hide() {
  const keys = chosenObjects().map((o) => o.key);
  const all = keys.every((k) => hidden.has(k));
  keys.forEach((k) => (all ? hidden.delete(k) : hidden.add(k)));
  show();
}

function accept(proposals) {
  if (proposals.length === 0) return;
  const gone = new Set(proposals.map((p) => p.key));
  const objects = proposals.map((p) => drawing.made(p.category, p.mask));
  drawing.edit((now) => ({
    objects: [...now.objects, ...objects],
    proposals: now.proposals.filter((p) => !gone.has(p.key)),
  }));
  chosen = new Set(objects.map((o) => o.key));
  show();
}

function reject(proposals) {
  if (proposals.length === 0) return;
  const gone = new Set(proposals.map((p) => p.key));
  drawing.edit((now) => ({ proposals: now.proposals.filter((p) => !gone.has(p.key)) }));
  chosen = new Set();
  show();
}

async function rename(c) {
  const name = window.prompt(text("classes.rename"), c.name);
  if (name && name !== c.name) await changeClasses(() => server.renameClass(c.id, name));
}

async function changeClasses(change) {
  try {
    classes = (await change()).classes;
    showClasses();
    show();
  } catch (e) {
    say(e.message);
  }
}

function say(message) {
  byId("hint").textContent = message;
}

// ---------------------------------------------------------------- drawing

function dropDraft() {
  asked++;
  draft = null;
}

/** What a press of the mouse, or of Space at the cross, does at a place of the picture. */
function press(at, { minus = false, more = false } = {}) {
  if (!drawing) return;
  if (tool === "select") return select(at, more);
  if (drawing.readOnly) return;
  if (current === null) return say(text("classes.none"));
  if (tool === "polygon") return corner(at);
  if (tool === "click") {
    draft = { clicks: [...(draft?.clicks ?? []), { ...at, object: !minus }], box: draft?.box, mask: draft?.mask, quality: draft?.quality };
    return ask();
  }
  if (tool === "box") {
    if (draft?.start) finishBox(at);
    else draft = { start: at, box: [at.x, at.y, at.x, at.y] };
    return show();
  }
  startStroke(at);
}

function select(at, more) {
  const under = [...shownProposals().filter(() => !allHidden), ...[...drawing.now.objects].reverse().filter((o) => !allHidden && !hidden.has(o.key))].filter((o) => {
    const mask = drawing.maskOf(o);
    if (mask) return masks.contains(mask, at.x, at.y);
    const [x, y, w, h] = o.box ?? [0, 0, 0, 0];
    return at.x >= x && at.y >= y && at.x < x + w && at.y < y + h;
  });
  if (under.length === 0) {
    if (!more) chosen = new Set();
    return show();
  }
  // the same place again: what lies below
  const last = under.findIndex((o) => chosen.has(o.key));
  choose(under[more ? 0 : (last + 1) % under.length].key, more);
}

function corner(at) {
  const ring = draft?.ring ?? [];
  if (ring.length >= 3 && Math.hypot(ring[0].x - at.x, ring[0].y - at.y) * view.zoom < NEAR) return finishPolygon();
  draft = { ring: [...ring, inside(at)] };
  show();
}

const hundredths = (value) => Math.round(value * 100) / 100;
const inside = (at) => ({
  x: hundredths(Math.min(drawing.width, Math.max(0, at.x))),
  y: hundredths(Math.min(drawing.height, Math.max(0, at.y))),
});

function finishPolygon() {
  const ring = draft.ring;
  dropDraft();
  if (ring.length < 3) {
    show();
    return say(text("polygon.three"));
  }
  const object = drawing.madeOf(current, [ring.flatMap((p) => [p.x, p.y])]);
  if (object.mask.w === 0) {
    show();
    return say(text("polygon.empty"));
  }
  add(object);
}

function startStroke(at) {
  const one = chosenObjects().find((o) => drawing.maskOf(o));
  if (tool === "eraser" && !one) return say(text("eraser.choose"));
  const object = one ?? drawing.made(current, masks.empty());
  stroke = { key: object.key, object, isNew: !one, mask: drawing.maskOf(object), last: at };
  paintTo(at);
}

function paintTo(at) {
  stroke.mask = masks.stroked(stroke.mask, stroke.last, at, radius, tool === "brush", drawing.width, drawing.height);
  stroke.last = at;
  view.draw();
}

function endStroke() {
  const { object, isNew, mask } = stroke;
  stroke = null;
  const whole = masks.trimmed(mask);
  if (isNew) {
    if (whole.w > 0) add(drawing.withMask(object, whole));
  } else if (whole.w === 0) {
    remove();
  } else {
    replace(drawing.withMask(object, whole));
  }
  show();
}

function finishBox(at) {
  const { start } = draft;
  const box = [Math.min(start.x, at.x), Math.min(start.y, at.y), Math.max(start.x, at.x), Math.max(start.y, at.y)];
  if (box[2] - box[0] < 1 || box[3] - box[1] < 1) {
    dropDraft();
    show();
    return say(text("box.empty"));
  }
  draft = { box, clicks: [] };
  ask();
}

/** Asks the model for the mask of the clicks and the box. */
async function ask() {
  const mine = ++asked;
  const of = drawing;
  draft.waiting = !draft.mask;
  show();
  try {
    const { clicks, box } = draft;
    const back = await server.prompt(of.n, { points: clicks.map((c) => [c.x, c.y, c.object ? 1 : 0]), box });
    if (mine !== asked || drawing !== of) return;
    draft = { clicks, box, mask: masks.fromRle(back.rle), quality: back.quality };
    show();
  } catch (e) {
    if (mine !== asked) return;
    draft.waiting = false;
    show();
    say(e.message);
  }
}

function acceptDraft() {
  const { mask } = draft;
  dropDraft();
  if (mask.w === 0) {
    show();
    return say(text("mask.empty"));
  }
  add(drawing.made(current, mask));
  chosen = new Set(); // the next click is of another object
  show();
}

// ---------------------------------------------------------------- mouse

function at(event) {
  const box = view.canvas.getBoundingClientRect();
  return view.toPicture(event.clientX - box.left, event.clientY - box.top);
}

/** The corner of a chosen polygon at a place. */
function cornerAt(p) {
  for (const o of chosenObjects()) {
    for (const [r, ring] of (o.polygons ?? []).entries()) {
      for (let i = 0; i < ring.length; i += 2) {
        if (Math.hypot(ring[i] - p.x, ring[i + 1] - p.y) * view.zoom < NEAR) return { object: o, r, i };
      }
    }
  }
  return null;
}

view.canvas.addEventListener("pointerdown", (event) => {
  view.canvas.focus();
  view.canvas.setPointerCapture(event.pointerId);
  cross = null;
  place = at(event);
  const moves = event.button === 1 || spaceHeld;
  const found = tool === "select" && event.button === 0 && !drawing?.readOnly ? cornerAt(place) : null;
  if (moves) {
    spaceHeld = spaceHeld && "used";
    drag = { pan: true, x: event.clientX, y: event.clientY };
  } else if (found) {
    drag = { ...found, key: found.object.key, polygons: found.object.polygons.map((ring) => [...ring]) };
  } else if (tool === "select" && event.button === 0) {
    drag = { x: event.clientX, y: event.clientY, from: place, more: event.shiftKey };
  } else if (event.button === 0 || (event.button === 2 && tool === "click")) {
    press(place, { minus: event.button === 2 || event.shiftKey, more: event.shiftKey });
    if (tool === "box" && draft?.start) drag = { box: true };
  }
});

view.canvas.addEventListener("pointermove", (event) => {
  place = at(event);
  if (drag?.polygons) {
    const p = inside(place);
    drag.polygons[drag.r][drag.i] = p.x;
    drag.polygons[drag.r][drag.i + 1] = p.y;
  } else if (drag && !drag.box) {
    if (drag.pan || Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 3) {
      drag.pan = true;
      view.pan(event.movementX, event.movementY);
    }
  } else if (draft?.start) {
    draft.box = [draft.start.x, draft.start.y, place.x, place.y];
  } else if (stroke) {
    paintTo(place);
  }
  view.draw();
});

view.canvas.addEventListener("pointerup", (event) => {
  const ended = drag;
  drag = null;
  if (ended?.polygons) {
    const object = drawing.withPolygons(ended.object, ended.polygons);
    if (object.mask.w > 0) replace(object);
  } else if (ended?.box) {
    if (draft?.start) finishBox(at(event));
  } else if (ended && !ended.pan) {
    press(ended.from, { more: ended.more });
  }
  if (stroke) endStroke();
  view.draw();
});

view.canvas.addEventListener("pointercancel", () => {
  drag = null;
  if (stroke) endStroke();
});
view.canvas.addEventListener("pointerleave", () => {
  place = null;
  view.draw();
});
view.canvas.addEventListener("dblclick", () => {
  if (draft?.ring?.length >= 3) finishPolygon();
});
view.canvas.addEventListener("contextmenu", (event) => event.preventDefault());
view.canvas.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    const box = view.canvas.getBoundingClientRect();
    const lines = event.deltaMode === 1 ? 16 : 1;
    view.zoomBy(Math.exp(-event.deltaY * lines * 0.002), event.clientX - box.left, event.clientY - box.top);
  },
  { passive: false },
);

// ---------------------------------------------------------------- keys

function moveCross(dx, dy) {
  if (!drawing) return;
  const from = cross ?? place ?? { x: drawing.width / 2, y: drawing.height / 2 };
  cross = {
    x: Math.min(drawing.width - 0.5, Math.max(0.5, from.x + dx)),
    y: Math.min(drawing.height - 0.5, Math.max(0.5, from.y + dy)),
  };
  view.reveal(cross);
  if (draft?.start) draft.box = [draft.start.x, draft.start.y, cross.x, cross.y];
  view.draw();
}

function pressCross(minus) {
  if (!drawing) return;
  cross ??= place ?? { x: drawing.width / 2, y: drawing.height / 2 };
  press(cross, { minus });
  if (stroke) endStroke();
}

function enter() {
  if (!drawing) return;
  if (draft?.ring) finishPolygon();
  else if (draft?.mask) acceptDraft();
  else doneAndNext();
}

function escape() {
  if (draft) dropDraft();
  else if (chosen.size > 0) chosen = new Set();
  else cross = null;
  show();
}

function back() {
  if (draft?.ring) {
    draft = draft.ring.length > 1 ? { ring: draft.ring.slice(0, -1) } : null;
    show();
  } else if (draft?.clicks?.length > 0) {
    draft = draft.clicks.length > 1 || draft.box ? { clicks: draft.clicks.slice(0, -1), box: draft.box } : null;
    if (draft) ask();
    else dropDraft();
    show();
  } else {
    remove();
  }
}

function size(by) {
  radius = Math.min(500, Math.max(0.5, by > 0 ? Math.max(radius * 1.25, radius + 0.5) : Math.min(radius / 1.25, radius - 0.5)));
  show();
}

/** Every key: what the help shows, and what it does. */
const KEYS = [
  ["1 … 9", "keys.class", null],
  ["V", "tool.select", { v: () => useTool("select") }],
  ["P", "tool.polygon", { p: () => useTool("polygon") }],
  ["B", "tool.brush", { b: () => useTool("brush") }],
  ["E", "tool.eraser", { e: () => useTool("eraser") }],
  ["C", "keys.click", { c: () => prompts && useTool("click") }],
  ["X", "keys.box", { x: () => prompts && useTool("box") }],
  [",  .", "keys.size", { ",": () => size(-1), ".": () => size(1) }],
  ["Enter", "keys.enter", { enter }],
  ["D", "keys.done", { d: () => drawing && toggleDone() }],
  ["N  Shift+N", "keys.next", { n: () => step(1), "shift+n": () => step(-1), pagedown: () => step(1), pageup: () => step(-1) }],
  ["J  K", "keys.object", { j: () => chooseNext(1), k: () => chooseNext(-1), "shift+j": () => chooseNext(1, true), "shift+k": () => chooseNext(-1, true) }],
  ["Del", "keys.delete", { delete: remove, backspace: back }],
  ["T", "keys.split", { t: split }],
  ["M", "keys.merge", { m: merge }],
  ["H  Shift+H", "keys.hide", { h: hide, "shift+h": () => { allHidden = !allHidden; show(); } }],
  ["A  Shift+A", "keys.accept", { a: () => accept(chosenProposals()), "shift+a": () => accept(shownProposals()) }],
  ["R  Shift+R", "keys.reject", { r: () => reject(chosenProposals()), "shift+r": () => reject(drawing?.now.proposals ?? []) }],
  ["Ctrl+Z", "undo", { "ctrl+z": () => drawing?.undo() }],
  ["Ctrl+Y", "redo", { "ctrl+y": () => drawing?.redo(), "ctrl+shift+z": () => drawing?.redo() }],
  ["+  -  0", "keys.zoom", { "+": () => view.zoomBy(1.25), "-": () => view.zoomBy(0.8), 0: () => view.fit() }],
  ["← ↑ → ↓", "keys.cross", null],
  ["Space", "keys.press", null],
  ["Esc", "keys.escape", { escape }],
  ["?", "help.title", { "?": () => byId("help").showModal() }],
];
const ACTIONS = Object.assign({}, ...KEYS.map(([, , actions]) => actions ?? {}));
const ARROWS = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] };

document.addEventListener("keydown", (event) => {
  const on = event.target;
  if (byId("help").open || on.matches("input:not([type=range]), select, textarea")) return;
  const name = event.key.toLowerCase();
  if (on.matches("button") && (name === "enter" || name === " ")) return; // presses the button
  if (on.matches("input") && name in ARROWS) return;
  if (event.altKey && !event.getModifierState("AltGraph")) return;
  const control = (event.ctrlKey || event.metaKey) && !event.getModifierState("AltGraph");
  const shifted = event.shiftKey && (/^[a-z]$/.test(name) || name.length > 1);
  const full = `${control ? "ctrl+" : ""}${shifted ? "shift+" : ""}${name}`;
  let run = ACTIONS[full];
  if (!control && /^[1-9]$/.test(event.key)) {
    const c = classes[Number(event.key) - 1];
    run = c && (() => useClass(c.id));
  } else if (!control && name in ARROWS) {
    const by = event.shiftKey ? 1 : Math.max(1, STEP / view.zoom);
    run = () => moveCross(ARROWS[name][0] * by, ARROWS[name][1] * by);
  } else if (!control && name === " ") {
    event.preventDefault();
    if (!event.repeat) spaceHeld = event.shiftKey ? "minus" : true;
    return;
  }
  if (run) {
    event.preventDefault();
    run();
  }
});

document.addEventListener("keyup", (event) => {
  if (event.key !== " " || !spaceHeld) return;
  const minus = spaceHeld === "minus";
  const press = spaceHeld !== "used";
  spaceHeld = false;
  if (press) pressCross(minus);
});
window.addEventListener("blur", () => (spaceHeld = false));

function showKeys() {
  byId("keys").replaceChildren(
    ...KEYS.filter(([, name]) => prompts || !["keys.click", "keys.box"].includes(name)).map(([keys, name]) =>
      element("div", {}, element("span", { className: "row" }, ...keys.split("  ").map(key)), element("span", { textContent: text(name) })),
    ),
  );
}

// ---------------------------------------------------------------- model

function showModel(state) {
  const { training, prelabels } = state;
  const running = training.state === "PLANNING" || training.state === "RUNNING" || training.state === "ENDING";
  const done = list.filter((p) => p.state === "DONE").length;
  byId("train").textContent = text("model.train", { done });
  byId("train").disabled = running || done === 0;
  byId("minutes").disabled = running;
  byId("cancel-training").hidden = !running;
  byId("cancel-training").disabled = training.state === "ENDING";
  const bar = byId("training-progress");
  bar.hidden = !running && !(prelabels.of > 0 && prelabels.done < prelabels.of);
  if (running) {
    if (training.steps > 0) bar.value = training.step / training.steps;
    else bar.removeAttribute("value");
  } else {
    bar.value = prelabels.of > 0 ? prelabels.done / prelabels.of : 0;
  }
  byId("training-note").textContent =
    training.state === "NONE" ? (done === 0 ? text("model.first") : "")
    : text(`model.${training.state}`, { ...training, loss: training.loss?.toFixed(3) ?? "–" });
  byId("model-note").textContent = prelabels.problem
    ? prelabels.problem
    : prelabels.model
      ? text(prelabels.done < prelabels.of ? "model.looking" : "model.looked", prelabels)
      : text("model.none");
}

let known = ""; // the model that the lists were read of

async function poll() {
  try {
    const of = drawing;
    const state = await server.state(of?.n, !!of && !of.readOnly);
    if (drawing === of && of) {
      if (state.lease === "others" && !of.readOnly) {
        of.readOnly = true;
        show();
      } else if (state.lease === "free" && of.readOnly) {
        await open(of.n);
      }
    }
    if (state.list !== listVersion) {
      listVersion = state.list;
      list = await server.pictures();
      if (drawing) noteState();
      showList();
    }
    const model = `${state.prelabels.model} ${state.prelabels.seen} ${of?.n}`;
    if (drawing && drawing === of && model !== known) {
      known = model;
      await newProposals();
    }
    showModel(state);
    if (drawing?.failure?.status === 0) drawing.flush();
  } catch (e) {
    if (drawing?.readOnly !== true) banner(e.status === 401 ? text("restarted") : text("lost"));
  }
  setTimeout(poll, POLL_MILLIS);
}

/** A model has looked at the picture that is open: its proposals take the place of the earlier model's. */
async function newProposals() {
  const of = drawing;
  if (of.past.length > 0 || of.unsaved || of.readOnly || draft || stroke) return;
  const read = await server.picture(of.n);
  if (drawing !== of || of.past.length > 0 || read.version !== of.version) return;
  const proposals = read.proposals.map((p) => ({ ...p, key: `p${p.id}`, mask: masks.fromRle(p.rle) }));
  of.now = { ...of.now, proposals };
  of.saved = of.now;
  show();
}

// ---------------------------------------------------------------- start

async function start() {
  await texts.open();
  texts.fill(document);
  byId("class-form").onsubmit = async (event) => {
    event.preventDefault();
    const input = byId("class-name");
    const before = classes.length;
    await changeClasses(() => server.addClass(input.value));
    if (classes.length > before) {
      current = classes[classes.length - 1].id;
      input.value = "";
      showClasses();
      view.canvas.focus();
    }
  };
  byId("class-name").placeholder = text("classes.new");
  byId("filter").onchange = showList;
  byId("order").onchange = showList;
  byId("least").oninput = show;
  byId("help-button").onclick = () => byId("help").showModal();
  byId("train").onclick = () => server.train(Number(byId("minutes").value)).catch((e) => (byId("training-note").textContent = e.message));
  byId("cancel-training").onclick = () => server.cancelTraining().catch((e) => (byId("training-note").textContent = e.message));
  byId("export-form").onsubmit = async (event) => {
    event.preventDefault();
    byId("export-note").textContent = text("export.writing");
    try {
      byId("export-note").textContent = text("export.written", await server.exportTo(byId("format").value));
    } catch (e) {
      byId("export-note").textContent = e.message;
    }
  };
  window.addEventListener("beforeunload", (event) => {
    if (drawing?.unsaved && !drawing.readOnly) event.preventDefault();
  });
  window.addEventListener("pagehide", () => server.release());
  let state;
  try {
    state = await server.state();
    list = await server.pictures();
  } catch (e) {
    return banner(e.status === 401 ? text("restarted") : e.message);
  }
  listVersion = state.list;
  classes = state.classes;
  prompts = state.prompts;
  current = classes[0]?.id ?? null;
  byId("folder").textContent = state.folder;
  byId("format").replaceChildren(...state.formats.map((f) => element("option", { value: f, textContent: f })));
  showKeys();
  showClasses();
  showList();
  showModel(state);
  show();
  const named = decodeURIComponent(location.hash.slice(1));
  const first = list.find((p) => p.name === named) ?? list.find((p) => p.state !== "DONE") ?? list[0];
  if (first) await open(first.n);
  setTimeout(poll, POLL_MILLIS);
}

start();
