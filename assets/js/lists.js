// Rows chosen for an act on several: the bar appears with the first, and says how many.
import { each, say } from "./common.js";

function boxes(form) {
  return [...document.querySelectorAll(`input[type=checkbox][name=selected][form="${form.id}"]`)];
}

function count(form) {
  const all = boxes(form);
  const chosen = all.filter((box) => box.checked).length;
  form.toggleAttribute("data-some", chosen > 0);
  form.querySelector("[data-bulk-count]").textContent = say("selected", { n: chosen });
  const head = document.querySelector("[data-select-all]");
  if (!head) return;
  head.checked = chosen > 0 && chosen === all.length;
  head.indeterminate = chosen > 0 && chosen < all.length;
}

export function start() {
  each("form[data-bulk]", (form) => {
    document.addEventListener("change", (event) => {
      if (event.target.matches("[data-select-all]")) {
        boxes(form).forEach((box) => {
          box.checked = event.target.checked;
        });
      } else if (event.target.name !== "selected") return;
      count(form);
    });
    count(form);
  });
  each(".chat-scroll", (lines) => {
    lines.scrollTop = lines.scrollHeight;
  });
}
