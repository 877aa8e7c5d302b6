// Forms: sent once, focus on what is wrong, files dropped, long ones saved as they are written. All work without this.
import { each, say } from "./common.js";

// From here on it takes long enough for people to want to see how far it is.
const LARGE = 1024 * 1024;

function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    const files = [...form.querySelectorAll("[data-drop] input[type=file]")].flatMap((input) => [...input.files]);
    if (files.reduce((sum, file) => sum + file.size, 0) > LARGE) send(form, event);
  });
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  });
}

/** Sends a form with files by script, so that it can show how far it is; then shows the page that came back. */
function send(form, event) {
  const bar = form.querySelector("[data-drop-progress]");
  if (!bar) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  const request = new XMLHttpRequest();
  request.open(form.method, form.action);
  request.upload.addEventListener("progress", (step) => {
    bar.hidden = false;
    if (step.lengthComputable) bar.value = (step.loaded / step.total) * 100;
  });
  request.addEventListener("load", () => {
    if (request.responseURL && request.responseURL !== location.href) history.pushState(null, "", request.responseURL);
    document.open();
    document.write(request.responseText);
    document.close();
  });
  request.addEventListener("error", () => {
    bar.hidden = true;
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    const list = form.querySelector("[data-drop-files]");
    list?.append(line(say("unsaved"), "", true));
  });
  request.send(data);
}

function line(name, size, wrong) {
  const item = document.createElement("li");
  const text = document.createElement("span");
  text.textContent = name;
  item.append(text);
  if (size) {
    const number = document.createElement("span");
    number.textContent = size;
    item.append(number);
  }
  if (wrong) item.className = "wrong";
  return item;
}

function drop(area) {
  const input = area.querySelector("input[type=file]");
  const list = area.querySelector("[data-drop-files]");
  const limit = Number(area.dataset.limitMb) || 10;
  const show = () => {
    list.replaceChildren();
    for (const file of input.files) {
      const large = file.size > limit * 1024 * 1024;
      const size = file.size < 1048576 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / 1048576).toFixed(1)} MB`;
      list.append(large ? line(say("too_large", { name: file.name, limit }), "", true) : line(file.name, size));
    }
  };
  input.addEventListener("change", show);
  for (const name of ["dragenter", "dragover"]) {
    area.addEventListener(name, (event) => {
      event.preventDefault();
      area.classList.add("drop-over");
    });
  }
  for (const name of ["dragleave", "drop"]) area.addEventListener(name, () => area.classList.remove("drop-over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    input.files = event.dataTransfer.files;
    show();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function autosave(form) {
  const state = form.querySelector("[data-autosave-state]");
  let timer;
  const save = async () => {
    state.textContent = say("saving");
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Requested-With": "XMLHttpRequest" },
        credentials: "same-origin",
      });
      state.textContent = say(answer.ok ? "saved" : "unsaved");
    } catch {
      state.textContent = say("unsaved");
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 1200);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
}

export function start() {
  each("form[data-once]", once);
  each("[data-drop]", drop);
  each("form[data-autosave]", autosave);
  each("[data-focus]", (element) => element.focus());
}
