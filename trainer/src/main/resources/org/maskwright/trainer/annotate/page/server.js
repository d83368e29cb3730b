// What the page asks of the server it came from. Every call has the token of the address that the command printed.

const address = new URL(location.href);
if (address.searchParams.has("token")) {
  sessionStorage.setItem("token", address.searchParams.get("token"));
  address.searchParams.delete("token"); // out of the history and of screenshots
  history.replaceState(null, "", address);
}
const token = sessionStorage.getItem("token") ?? "";

/** This tab, until it is loaded again. */
export const tab = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");

/** An answer of the server that is none: status 0 where there was no answer at all. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function answer(method, path, body, options = {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      ...options,
    });
  } catch (e) {
    throw new Refusal(0, e.message);
  }
  if (!response.ok) {
    let message = `${response.status} ${response.statusText}`;
    try {
      const said = await response.json();
      message = said.detail ?? message;
    } catch {
      // not JSON: the status has to do
    }
    throw new Refusal(response.status, message);
  }
  return response;
}

async function json(method, path, body) {
  return (await answer(method, path, body)).json();
}

/** The server's state; a tab that holds a picture keeps it by asking. */
export const state = (picture, holding) => json("GET", `api/state?tab=${tab}${picture === undefined ? "" : `&picture=${picture}&holding=${holding}`}`);
export const pictures = () => json("GET", "api/pictures");
export const picture = (n) => json("GET", `api/pictures/${n}`);

/** The picture at the size that the server says; by the server's decoder where the browser has none for it, or turns it another way. */
export async function image(n, width, height) {
  for (const query of ["", "?decoded=1"]) {
    const blob = await (await answer("GET", `api/pictures/${n}/image${query}`)).blob();
    const bitmap = await createImageBitmap(blob).catch(() => null);
    if (bitmap?.width === width && bitmap.height === height) return bitmap;
    bitmap?.close();
  }
  throw new Refusal(422, "the picture cannot be shown");
}

export const lease = (n, force) => json("POST", `api/pictures/${n}/lease`, { tab, force });
export const release = () => answer("POST", "api/release", { tab }, { keepalive: true }).catch(() => {});
export const save = (n, labels) => json("PUT", `api/pictures/${n}`, { tab, ...labels });
export const addClass = (name) => json("POST", "api/classes", { name });
export const renameClass = (id, name) => json("PUT", `api/classes/${id}`, { name });
export const prompt = (n, given) => json("POST", `api/pictures/${n}/prompt`, given);
export const train = (minutes) => json("POST", "api/training", { minutes });
export const cancelTraining = () => json("DELETE", "api/training");
export const exportTo = (format) => json("POST", "api/export", { format });
