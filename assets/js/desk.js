// The operators' desk by keyboard: lists move with j and k and open with Enter, reviews press the keys written beside
// their links (data-desk-key). Nothing happens while somebody writes.
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

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || writing(event.target)) return;
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
