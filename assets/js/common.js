// Small things that the other modules share.

/** Remembers a choice of the reader for a year. */
export function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
}

let known;
/** The few words that scripts need, in the reader's language. */
export function words() {
  known ??= JSON.parse(document.getElementById("page-words")?.textContent ?? "{}");
  return known;
}

/** A word with its {places} filled. */
export function say(name, values = {}) {
  return (words()[name] ?? "").replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** Runs `draw` for every element of the page now, and of whatever htmx brings later. */
export function each(selector, draw) {
  const all = (root) => {
    if (root.matches?.(selector)) draw(root);
    root.querySelectorAll?.(selector).forEach(draw);
  };
  all(document);
  document.addEventListener("htmx:load", (event) => {
    if (event.target !== document.body) all(event.target);
  });
}
