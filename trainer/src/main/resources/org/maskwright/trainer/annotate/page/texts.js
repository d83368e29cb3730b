// The page's words, of the reader's language where there is a file of it in texts/, else in English.

let words = {};

async function load(language) {
  const response = await fetch(`texts/${language}.json`);
  return response.ok ? response.json() : null;
}

export async function open() {
  const asked = new URL(location.href).searchParams.get("lang");
  const english = await load("en");
  for (const name of asked ? [asked] : navigator.languages) {
    const language = name.toLowerCase().split("-")[0];
    if (!/^[a-z]{2,3}$/.test(language)) continue;
    const own = language === "en" ? english : await load(language);
    if (own) {
      words = { ...english, ...own };
      document.documentElement.lang = language;
      return;
    }
  }
  words = english;
}

/** A text, with what stands in {braces} put in. */
export function text(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

/** Fills elements that name their texts: data-text, data-title, data-label. */
export function fill(root) {
  root.querySelectorAll("[data-text]").forEach((e) => (e.textContent = text(e.dataset.text)));
  root.querySelectorAll("[data-title]").forEach((e) => (e.title = text(e.dataset.title)));
  root.querySelectorAll("[data-label]").forEach((e) => e.setAttribute("aria-label", text(e.dataset.label)));
}
