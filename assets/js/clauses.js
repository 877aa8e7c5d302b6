// A clause chip opens the clause in place: title, own words, parameter, version. Its link is what it falls back to.
import { say } from "./common.js";

const cards = new Map();
let pop;
let opener;

function popover() {
  if (pop) return pop;
  pop = document.createElement("div");
  pop.className = "clause-pop";
  pop.id = "clause-pop";
  pop.popover = "auto";
  pop.tabIndex = -1;
  pop.setAttribute("role", "dialog");
  pop.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    opener?.setAttribute("aria-expanded", "false");
    if (pop.contains(document.activeElement)) opener?.focus();
  });
  pop.addEventListener("keydown", keepInside);
  document.body.append(pop);
  return pop;
}

/** Tab goes round inside what is open; Escape closes it. */
function keepInside(event) {
  if (event.key !== "Tab") return;
  const links = [...pop.querySelectorAll("a[href]")];
  const at = links.indexOf(document.activeElement);
  const next = event.shiftKey ? at - 1 : at + 1;
  event.preventDefault();
  (links.at(next % links.length) ?? pop).focus();
}

async function card(url) {
  if (!cards.has(url)) {
    const answer = await fetch(url, { headers: { "X-Clause-Card": "1" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-clause-card]");
    if (!found) throw new Error("no card");
    cards.set(url, found);
  }
  return document.importNode(cards.get(url), true);
}

function place(chip) {
  const box = chip.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = pop;
  const left = Math.max(16, Math.min(box.left, innerWidth - width - 16));
  const below = box.bottom + 6;
  const top = below + height < innerHeight - 8 ? below : Math.max(8, box.top - height - 6);
  pop.style.margin = "0";
  pop.style.left = `${left}px`;
  pop.style.top = `${top}px`;
}

async function open(chip) {
  const target = popover();
  opener = chip;
  const title = chip.textContent.trim();
  target.setAttribute("aria-label", title);
  target.textContent = say("loading");
  target.showPopover();
  place(chip);
  chip.setAttribute("aria-expanded", "true");
  try {
    const content = await card(chip.href);
    target.replaceChildren(content);
    const link = document.createElement("a");
    link.href = chip.href;
    link.textContent = say("open_clause");
    target.append(link);
  } catch {
    location.assign(chip.href);
    return;
  }
  place(chip);
  target.focus();
}

export function start() {
  if (!("popover" in HTMLElement.prototype)) return;
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("a[data-clause]");
    if (!chip || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(chip);
  });
}
