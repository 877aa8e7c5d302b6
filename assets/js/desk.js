// The operators' desk by keyboard: lists move with j and k and open with Enter, reviews press the keys written beside
// their links (data-desk-key). Nothing happens while somebody writes. What django-unfold opens by a click alone (its
// navigation, menus and filters) is a button here, with a name, and Escape closes it.
// django-unfold reads its theme as JSON before it draws anything, and stops at a value that is none: the page would stay
// blank. Such a value says nothing, and goes.
try {
  JSON.parse(localStorage.getItem("adminTheme"));
} catch {
  try {
    localStorage.removeItem("adminTheme");
  } catch {
    // A browser that keeps nothing has nothing to mend.
  }
}

const root = document.documentElement;
root.classList.add("js");
const writing = (target) => target.closest("input, textarea, select, [contenteditable]");

const move = (rows, step) => {
  const now = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(rows.length - 1, Math.max(0, now + step))];
  const link = next && next.querySelector("th a, td a");
  if (link) {
    link.focus();
    next.scrollIntoView({ block: "nearest" });
  }
};

const SIGN = ".material-symbols-outlined";
const CLICKED = "[x-on\\:click]:not(button, input, label, a[href], #changelist-filter-close)";
const sign = (element) => (element.matches(SIGN) ? element.textContent.trim() : "");

/** What an element says besides its signs. */
const text = (element) =>
  [...element.querySelectorAll(SIGN)].reduce((all, one) => all.replace(one.textContent, ""), element.textContent).trim();

/** The name of what shows only a sign: the word of its sign, or its title. */
const named = (element, words) => {
  const shown = [element, ...element.querySelectorAll(SIGN)].map(sign).filter(Boolean);
  if (!shown.length || element.hasAttribute("aria-label") || (text(element) && !sign(element))) return;
  const word = shown.map((one) => words[one]).find(Boolean) || element.title;
  if (word) element.setAttribute("aria-label", word);
};

const mend = () => {
  const words = document.querySelector("[data-desk-words]")?.dataset ?? {};
  for (const area of document.querySelectorAll("[data-simplebar]")) {
    const name = area.closest("nav") ? words.navigation : area.closest("#changelist-filter") ? words.filters : words.rows;
    if (name) area.dataset.simplebarAriaLabel = name;
  }
  for (const one of document.querySelectorAll(CLICKED)) {
    // A heading stays one: the sign in it is what is pressed.
    const button = (one.matches("h2, h3") && one.querySelector(SIGN)) || one;
    if (button !== one) button.setAttribute("aria-label", text(one));
    if (!one.matches("td")) button.setAttribute("role", "button");
    button.tabIndex = 0;
    button.dataset.deskPress = "";
  }
  document.querySelectorAll("a, button, [role=button]").forEach((one) => named(one, words));
  for (const one of document.querySelectorAll(`${SIGN}:not([role=button])`)) one.ariaHidden = "true";
};

let opener;
const press = (event) => {
  const one = event.target;
  if (event.key === "Escape" && opener) {
    // Whatever stands open closes when somebody presses elsewhere; the navigation of a small screen by its own sign.
    document.body.click();
    if (sign(opener) === "dock_to_right" && one.closest("#nav-sidebar")) opener.click();
    opener.focus();
    opener = null;
  } else if ((event.key === "Enter" || event.key === " ") && "deskPress" in one.dataset) {
    event.preventDefault();
    opener = one;
    one.click();
  }
};

document.addEventListener("DOMContentLoaded", mend);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  press(event);
  if (event.defaultPrevented || writing(event.target)) return;
  const rows = [...document.querySelectorAll("#result_list tbody tr, [data-desk-list] tbody tr")];
  if (rows.length && (event.key === "j" || event.key === "k")) {
    event.preventDefault();
    move(rows, event.key === "j" ? 1 : -1);
    return;
  }
  const link = document.querySelector(`[data-desk-key="${CSS.escape(event.key)}"]`);
  if (link) {
    event.preventDefault();
    link.click();
  }
});
