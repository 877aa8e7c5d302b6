// Menus are <details>: they close when the reader goes elsewhere. Tabs by arrow keys, the theme and density switches,
// copying, toasts.
import { each, remember, say } from "./common.js";

const root = document.documentElement;

function closeMenus(except) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(except)) menu.open = false;
  });
}

function switchTheme() {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  remember("theme", root.dataset.theme);
  document.dispatchEvent(new CustomEvent("theme"));
}

function switchRows(button) {
  const close = root.dataset.rows !== "close";
  if (close) root.dataset.rows = "close";
  else delete root.dataset.rows;
  remember("rows", close ? "close" : "open");
  button.setAttribute("aria-pressed", String(close));
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.getAttribute("aria-label");
  button.setAttribute("aria-label", say("copied"));
  button.classList.add("done");
  setTimeout(() => {
    button.setAttribute("aria-label", label);
    button.classList.remove("done");
  }, 2000);
}

function keepToast(toast) {
  // Good news goes by itself; what went wrong stays until it is dismissed.
  if (toast.getAttribute("role") === "alert") return;
  let timer = setTimeout(() => toast.remove(), 8000);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("focusin", () => clearTimeout(timer));
}

/** Arrow keys go along the parts of a subject, which stay links that Tab reaches too. */
function alongTabs(event) {
  const bar = event.target.closest?.(".tabs");
  const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
  if (!bar || !step) return;
  const links = [...bar.querySelectorAll("a[href]")];
  const next = links.indexOf(event.target.closest("a")) + step;
  event.preventDefault();
  links[Math.min(links.length - 1, Math.max(0, next))].focus();
}

/** On a small screen the part that is open may lie outside what is seen of the row. */
function showCurrent(current) {
  const bar = current.closest("nav");
  for (let box = current.parentElement; box && bar.contains(box); box = box.parentElement) {
    if (box.scrollWidth > box.clientWidth) box.scrollLeft = current.offsetLeft - box.offsetLeft - 24;
  }
}

export function start() {
  document.querySelectorAll(".tabs [aria-current], .site-nav [aria-current]").forEach(showCurrent);
  document.addEventListener("keydown", alongTabs);
  document.addEventListener("click", (event) => {
    closeMenus(event.target);
    const target = event.target.closest("[data-theme-switch], [data-density-switch], [data-copy], [data-dismiss]");
    if (!target) return;
    if ("themeSwitch" in target.dataset) switchTheme();
    else if ("densitySwitch" in target.dataset) switchRows(target);
    else if ("copy" in target.dataset) copy(target);
    else target.closest("[data-toast]")?.remove();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.activeElement?.closest("details.menu[open]");
    closeMenus(null);
    open?.querySelector("summary")?.focus();
  });
  document.addEventListener("focusin", (event) => closeMenus(event.target));
  each("[data-toast]", (toast) => {
    toast.closest("#toasts")?.removeAttribute("hidden");
    keepToast(toast);
  });
  each("[data-density-switch]", (button) => button.setAttribute("aria-pressed", String(root.dataset.rows === "close")));
  const wide = matchMedia("(min-width: 64rem)");
  if (!CSS.supports("selector(::details-content)")) {
    each("[data-side-nav]", (nav) => {
      nav.open = wide.matches;
    });
  }
}
